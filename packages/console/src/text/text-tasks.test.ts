import { expect, test } from 'vitest';
import { TextTaskRunner } from './text-tasks.ts';

const TEXT = `receivers:
  otlp:
exporters:
  debug:
service:
  pipelines:
    traces: {receivers: [otlp], exporters: [debug, gone]}
`;

function runnerOf(text: string): TextTaskRunner {
  const runner = new TextTaskRunner();
  runner.text = text;
  return runner;
}

test('a Collector configuration is read for outline, graph and faults; of another text only the outline', () => {
  const reading = runnerOf(TEXT).run('read', { isCollector: true });
  expect(reading.rows.map(({ name }) => name)).toContain('traces');
  expect(reading.graph).toMatchObject({ kind: 'graph', graph: { pipelines: [{ id: 'traces' }] } });
  expect(reading.findings).toMatchObject([{ severity: 'error', message: expect.stringContaining('gone') }]);
  const other = runnerOf(TEXT).run('read', { isCollector: false });
  expect(other).toMatchObject({ graph: undefined, findings: [] });
  expect(other.rows).toEqual(reading.rows);
});

test('answers are of the text as it was last told', () => {
  const runner = runnerOf(TEXT);
  const offset = TEXT.indexOf('debug]') - 1;
  expect(runner.run('place', { offset: TEXT.indexOf('gone') })).toMatchObject({ word: 'gone' });
  expect(runner.run('find', { paths: [['exporters', 'none'], ['exporters']] })).toBe(
    TEXT.indexOf('exporters'),
  );
  runner.text = TEXT.replace('exporters:\n', '# one line more\nexporters:\n');
  expect(runner.run('find', { paths: [['exporters']] })).toBe(TEXT.indexOf('exporters') + 16);
  runner.text = '';
  expect(runner.run('place', { offset })).toBeUndefined();
  expect(runner.run('find', { paths: [['exporters']] })).toBeUndefined();
});

test('offers come from the text and from what is known of its components', () => {
  const runner = runnerOf(`${TEXT}x: \${drover:secret.`);
  runner.knowledge = { secrets: ['gateway'] };
  const offers = runner.run('complete', { offset: TEXT.length + 'x: ${drover:secret.'.length });
  expect(offers?.items.map(({ label }) => label).join()).toContain('gateway');
});

test('the other text is the one that a question brings', () => {
  const runner = runnerOf(TEXT);
  expect(runner.run('meaning', { before: TEXT.replace(', gone', '') })).toMatchObject([
    { what: 'pipeline traces', detail: 'exporters + gone' },
  ]);
  const merged = runner.run('merge', { base: TEXT, theirs: TEXT.replace('otlp:', 'otlp: {}') });
  expect(merged.map((part) => part.kind === 'agreed' && part.from)).toEqual(['all', 'theirs', 'all']);
});
