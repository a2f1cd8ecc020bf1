import { describe, expect, test } from 'vitest';
import { lockProblems } from './steps.ts';
import { textProblems } from './text-rules.ts';

const GENERATED = new Set(['AgentToServer', 'AgentToServerSchema']);

function problems(path: string, text: string): readonly string[] {
  return textProblems([{ path, text }], GENERATED);
}

describe('rules of style', () => {
  test('only main.ts ends the process', () => {
    expect(problems('packages/cli/src/program.ts', 'a();\nprocess.exit(1);\n')).toEqual([
      'packages/cli/src/program.ts:2: only main.ts may call process.exit',
    ]);
    expect(problems('packages/cli/src/main.ts', 'process.exit(1);\n')).toEqual([]);
  });

  test('protobuf types stop at the adapter', () => {
    const text = "import { type InstanceUid,\n  AgentToServerSchema as Schema } from '@drover/opamp';\n";
    expect(problems('packages/server/src/agents/agent.ts', text)).toEqual([
      'packages/server/src/agents/agent.ts:1: AgentToServerSchema is a protobuf type, and those stop at server/src/opamp',
    ]);
    expect(problems('packages/server/src/opamp/decode.ts', text)).toEqual([]);
  });

  test('file names are kebab-case and say what is inside', () => {
    expect(problems('packages/cli/src/AgentTable.ts', '')).toHaveLength(1);
    expect(problems('packages/cli/src/utils.ts', '')).toHaveLength(1);
    expect(problems('packages/cli/src/helpers/agent.ts', '')).toHaveLength(1);
    expect(problems('packages/cli/src/agent-table.pg.test.ts', '')).toEqual([]);
  });

  test('scripts stay short', () => {
    expect(problems('scripts/long.ts', '\n'.repeat(151))).toHaveLength(1);
    expect(problems('scripts/short.ts', '\n'.repeat(150))).toEqual([]);
  });

  test('a TODO names its issue', () => {
    expect(problems('packages/cli/src/a.ts', '// TODO later\n')).toHaveLength(1);
    expect(problems('packages/cli/src/a.ts', '// TODO(#12) later\n')).toEqual([]);
  });

  test('a lock file without a platform it names is refused', () => {
    const lock = {
      packages: {
        '': { optionalDependencies: { a: '1' } },
        'node_modules/b': { optionalDependencies: { c: '1' } },
        'node_modules/b/node_modules/c': {},
      },
    };
    expect(lockProblems(lock)).toEqual(['package-lock.json lacks a, which the root names as optional']);
  });
});
