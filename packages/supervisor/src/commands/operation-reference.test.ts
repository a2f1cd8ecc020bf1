import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CHECKS } from '../doctor/finding.ts';
import { AGENT_STATES } from '../status/agent-status.ts';
import { agentMetricsRegistry } from '../telemetry/agent-metrics.ts';
import { statusMetrics } from '../telemetry/status-metrics.ts';
import { someAgentStatus, someSupervisorStatus } from '../testing/statuses.ts';
import { HELP } from './help.ts';

const PAGE = readFileSync(
  new URL('../../../../docs/reference/supervisor-operation.md', import.meta.url),
  'utf8',
);

test('the reference names every metric with its type, labels and meaning, and no other', () => {
  const status = someSupervisorStatus(someAgentStatus());
  const families = [...agentMetricsRegistry().families, ...statusMetrics(() => status)];
  const rows = families.map(
    ({ name, type, labelNames, help }) => `| \`${name}\` | ${type} | ${labelNames.join(', ')} | ${help} |`,
  );
  expect(PAGE.split('\n').filter((line) => /^\| `(?:drover|process)_/.test(line))).toEqual(rows);
});

test('the example of /status has every field, and no other', () => {
  const [, example = ''] = /```json\n(.*?)```/s.exec(PAGE) ?? [];
  const lastApply = { hash: 'aa', verdict: 'applied', method: 'reload', durationMs: 410, gapMs: 35 } as const;
  const status = JSON.parse(JSON.stringify(someSupervisorStatus(someAgentStatus({ lastApply }))));
  expect(fieldsOf(JSON.parse(example))).toEqual(fieldsOf(status));
});

test('the reference names every state', () => {
  const [, paragraph = ''] = /An agent's `state` is one of (.*)\n/.exec(PAGE) ?? [];
  const named = [...paragraph.replaceAll(/\([^)]*\)/g, '').matchAll(/`([a-z_]+)`/g)].map(([, name]) => name);
  expect(named).toEqual([...AGENT_STATES]);
});

test('the reference names every check of the doctor, in their order', () => {
  const [, section = ''] = PAGE.split('## Doctor\n');
  const [table = ''] = section.split('\n## ');
  const named = [...table.matchAll(/^\| `([a-z._]+)` \| ([^|]+) \|/gm)].map(([, id, title]) => [id, title]);
  expect(named).toEqual(Object.entries(CHECKS));
});

test('the reference names every command', () => {
  const [, section = ''] = PAGE.split('## ');
  const named = [...section.matchAll(/^\| `([a-z]+)` \|/gm)].map(([, name]) => name);
  expect(named).toEqual(Object.keys(HELP));
});

/** Every field, as a path. */
function fieldsOf(value: unknown, path = ''): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item) => fieldsOf(item, `${path}[]`));
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([key, item]) => fieldsOf(item, `${path}.${key}`));
}
