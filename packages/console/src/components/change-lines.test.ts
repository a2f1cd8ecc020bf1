import { diffConfigs, parseCollectorConfig } from '@drover/collector-config';
import { expect, it } from 'vitest';
import { changeSummary } from './change-lines.ts';

function summary(before: string, after: string): string {
  const [a, b] = [parseCollectorConfig(before), parseCollectorConfig(after)];
  if (a.kind !== 'parsed' || b.kind !== 'parsed') throw new Error('it does not parse');
  return changeSummary(diffConfigs(a.data, b.data));
}

const of = (timeout: string, exporters: readonly string[], more = '') => `receivers: {otlp: {}}
processors: {batch: {timeout: ${timeout}}}
exporters: {${exporters.map((name) => `${name}: {}`).join(', ')}}
service: {pipelines: {traces: {receivers: [otlp], processors: [batch], exporters: [${exporters.join(', ')}]}}}
${more}`;

it('says a change in one line: what comes, what goes, what is another', () => {
  expect(summary(of('1s', ['a']), of('5s', ['a', 'b']))).toBe(
    '+1 exporter, changed batch, 1 pipeline rewired',
  );
  expect(summary(of('1s', ['a', 'b', 'c']), of('1s', ['a']))).toBe('−2 exporters, 1 pipeline rewired');
  expect(summary(of('1s', ['a']), `# a remark\n${of('1s', ['a'])}`)).toBe(
    'same meaning, written differently',
  );
  expect(
    summary(
      'exporters: {a: {x: 1}, b: {x: 1}, c: {x: 1}, d: {x: 1}}',
      'exporters: {a: {x: 2}, b: {x: 2}, c: {x: 2}, d: {x: 2}}',
    ),
  ).toBe('changed a, b, c and 1 more');
});
