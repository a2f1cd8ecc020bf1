import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cruise, type ICruiseOptions, type ICruiseResult } from 'dependency-cruiser';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROOT } from './lib/run.ts';

type Config = {
  readonly forbidden: readonly { readonly name: string; readonly comment: string }[];
  readonly options: Readonly<Record<string, unknown>>;
};
const { default: config } = (await import(join(ROOT, '.dependency-cruiser.mjs'))) as {
  readonly default: Config;
};

const SERVER = 'packages/server/src';

/** For each rule, files that break it: the first imports the second. */
const VIOLATIONS: readonly (readonly [rule: string, from: string, to: string])[] = [
  ['opamp-imports', 'packages/opamp/src/wire/a.ts', `${SERVER}/lib/a.ts`],
  ['collector-config-imports', 'packages/collector-config/src/a.ts', 'packages/api/src/index.ts'],
  ['api-imports', 'packages/api/src/a.ts', 'packages/collector-config/src/index.ts'],
  ['server-imports', `${SERVER}/lib/b.ts`, 'packages/supervisor/src/a.ts'],
  ['supervisor-imports', 'packages/supervisor/src/b.ts', 'packages/api/src/index.ts'],
  ['simulator-imports', 'packages/simulator/src/b.ts', `${SERVER}/lib/a.ts`],
  ['console-imports', 'packages/console/src/b.tsx', 'packages/opamp/src/index.ts'],
  ['cli-imports', 'packages/cli/src/b.ts', `${SERVER}/lib/a.ts`],
  ['opamp-wire-stands-alone', 'packages/opamp/src/wire/b.ts', 'packages/opamp/src/client/a.ts'],
  ['opamp-client-without-server', 'packages/opamp/src/client/b.ts', 'packages/opamp/src/server/a.ts'],
  ['opamp-server-without-client', 'packages/opamp/src/server/b.ts', 'packages/opamp/src/client/a.ts'],
  ['server-without-opamp-client', `${SERVER}/opamp/b.ts`, 'packages/opamp/src/client/index.ts'],
  ['simulator-without-opamp-server', 'packages/simulator/src/c.ts', 'packages/opamp/src/server/index.ts'],
  ['server-lib-knows-no-product', `${SERVER}/lib/c.ts`, `${SERVER}/agents/agent.ts`],
  ['server-agents-are-the-base', `${SERVER}/agents/b.ts`, `${SERVER}/configs/config.ts`],
  ['server-agents-are-the-base', `${SERVER}/agents/i.ts`, `${SERVER}/schemas/component-schema.ts`],
  ['server-schemas-below-configs', `${SERVER}/schemas/b.ts`, `${SERVER}/configs/config.ts`],
  ['server-middle-folders-apart', `${SERVER}/configs/b.ts`, `${SERVER}/connections/a.ts`],
  ['server-middle-folders-apart', `${SERVER}/telemetry/b.ts`, `${SERVER}/rollouts/rollout.ts`],
  ['server-search-on-agents-and-configs', `${SERVER}/search/b.ts`, `${SERVER}/rollouts/rollout.ts`],
  ['server-agents-are-the-base', `${SERVER}/agents/i.ts`, `${SERVER}/search/search-page.ts`],
  ['server-bulk-on-agents', `${SERVER}/bulk/b.ts`, `${SERVER}/rollouts/rollout.ts`],
  ['server-agents-are-the-base', `${SERVER}/agents/j.ts`, `${SERVER}/bulk/bulk-selection.ts`],
  ['server-auth-and-audit-on-lib-only', `${SERVER}/auth/b.ts`, `${SERVER}/agents/agent.ts`],
  ['server-domain-below-adapters', `${SERVER}/agents/c-service.ts`, `${SERVER}/http/problem.ts`],
  ['server-domain-below-adapters', `${SERVER}/rollouts/c-service.ts`, `${SERVER}/opamp/a.ts`],
  ['server-adapters-apart', `${SERVER}/opamp/c.ts`, `${SERVER}/http/problem.ts`],
  ['server-model-is-pure', `${SERVER}/agents/d.ts`, `${SERVER}/agents/agent-service.ts`],
  ['server-model-is-pure', `${SERVER}/agents/e.ts`, `${SERVER}/storage/database.ts`],
  ['server-model-without-io', `${SERVER}/agents/f.ts`, 'node:fs'],
  ['server-store-is-a-port', `${SERVER}/agents/agent-store.ts`, `${SERVER}/agents/agent-sql.ts`],
  ['server-service-on-ports', `${SERVER}/agents/g-service.ts`, `${SERVER}/agents/agent-sql.ts`],
  ['server-sql-implements-only', `${SERVER}/agents/g-sql.ts`, `${SERVER}/agents/agent-service.ts`],
  ['server-routes-on-services', `${SERVER}/agents/g-routes.ts`, `${SERVER}/agents/agent-store.ts`],
  ['server-storage-knows-no-domain', `${SERVER}/storage/b.ts`, `${SERVER}/agents/agent.ts`],
  ['server-only-sql-touches-storage', `${SERVER}/http/b.ts`, `${SERVER}/storage/database.ts`],
  ['server-only-compose-constructs', `${SERVER}/http/c.ts`, `${SERVER}/agents/agent-sql.ts`],
  ['server-only-main-composes', `${SERVER}/http/d.ts`, `${SERVER}/compose.ts`],
  ['server-only-main-composes', `${SERVER}/http/e.ts`, `${SERVER}/compose-domain.ts`],
  ['server-protobuf-stops-at-adapter', `${SERVER}/agents/h.ts`, 'packages/opamp/src/gen/a_pb.ts'],
  ['no-cycles', 'packages/cli/src/c.ts', 'packages/cli/src/d.ts'],
  ['packages-by-their-doors', 'packages/cli/src/e.ts', 'packages/api/src/a.ts'],
  ['packages-by-their-doors', 'tests/e2e/a.ts', `${SERVER}/lib/a.ts`],
  ['no-tests-in-production', 'packages/cli/src/f.ts', 'packages/cli/src/f.test.ts'],
  ['no-tests-in-production', 'packages/cli/src/g.ts', 'scripts/a.ts'],
  ['nothing-imports-main', 'packages/cli/src/h.ts', 'packages/cli/src/main.ts'],
  ['imports-resolve', 'packages/cli/src/i.ts', 'packages/cli/src/absent.ts'],
];

/** Imports that the architecture asks for. */
const ALLOWED: readonly (readonly [from: string, to: string])[] = [
  [`${SERVER}/main.ts`, `${SERVER}/compose.ts`],
  [`${SERVER}/compose.ts`, `${SERVER}/agents/agent-sql.ts`],
  [`${SERVER}/compose.ts`, `${SERVER}/compose-domain.ts`],
  [`${SERVER}/compose-domain.ts`, `${SERVER}/agents/agent-sql.ts`],
  [`${SERVER}/agents/agent-sql.ts`, `${SERVER}/agents/agent-store.ts`],
  [`${SERVER}/agents/agent-routes.ts`, `${SERVER}/agents/agent-service.ts`],
  [`${SERVER}/rollouts/rollout-service.ts`, `${SERVER}/agents/agent-service.ts`],
  [`${SERVER}/rollouts/rollout.test.ts`, `${SERVER}/storage/database.ts`],
  [`${SERVER}/opamp/adapter.ts`, 'packages/opamp/src/server/index.ts'],
  ['packages/opamp/src/client/client.ts', 'packages/opamp/src/wire/frame.ts'],
  ['packages/supervisor/src/link.ts', 'packages/opamp/src/client/index.ts'],
  ['tests/e2e/walk.test.ts', 'packages/api/src/index.ts'],
];

type Found = readonly string[];
let broken: Found;
let sound: Found;
const folders: string[] = [];

/** Writes the files, each importing its target, and gives `rule: from` for every violation. */
async function violationsOf(imports: readonly (readonly [from: string, to: string])[]): Promise<Found> {
  const root = mkdtempSync(join(tmpdir(), 'drover-imports-'));
  folders.push(root);
  const content = new Map<string, string>();
  for (const [from, to] of imports) {
    const up = '../'.repeat(from.split('/').length - 1);
    const target = to.startsWith('node:') ? to : `${up}${to}`;
    content.set(from, `${content.get(from) ?? ''}import '${target}';\n`);
    if (!to.startsWith('node:') && !to.includes('absent') && !content.has(to)) content.set(to, '');
  }
  for (const [file, text] of content) {
    mkdirSync(join(root, dirname(file)), { recursive: true });
    writeFileSync(join(root, file), `${text}export const here = 1;\n`);
  }
  mkdirSync(join(root, 'packages'), { recursive: true });
  const options = {
    ...config.options,
    baseDir: root,
    validate: true,
    ruleSet: { forbidden: [...config.forbidden] },
  } as ICruiseOptions;
  const { output } = await cruise(
    ['packages', 'scripts', 'tests'].filter((name) =>
      [...content.keys()].some((file) => file.startsWith(name)),
    ),
    options,
  );
  return (output as ICruiseResult).summary.violations.map(
    (violation) => `${violation.rule.name}: ${violation.from}`,
  );
}

beforeAll(async () => {
  const files: (readonly [string, string])[] = VIOLATIONS.map(([, from, to]) => [from, to]);
  broken = await violationsOf([...files, ['packages/cli/src/d.ts', 'packages/cli/src/c.ts']]);
  sound = await violationsOf(ALLOWED);
}, 60_000);

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

describe('import rules', () => {
  test.each(VIOLATIONS)('%s refuses that %s imports %s', (rule, from) => {
    expect(broken).toContain(`${rule}: ${from}`);
  });

  test('imports that the architecture asks for break none', () => {
    expect(sound).toEqual([]);
  });

  test('every rule is proved here and says why it is there', () => {
    const proved = new Set(VIOLATIONS.map(([rule]) => rule));
    expect(config.forbidden.map((rule) => rule.name).filter((name) => !proved.has(name))).toEqual([]);
    expect(config.forbidden.filter((rule) => rule.comment.length < 40)).toEqual([]);
  });
});
