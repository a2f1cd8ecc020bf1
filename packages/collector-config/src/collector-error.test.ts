import { expect, test } from 'vitest';
import { collectorErrorIn } from './collector-error.ts';

test('the error of a run stands between its log and its last line', () => {
  const output = `2026-11-23T08:04:26.158Z	info	service@v0.149.0/service.go:278	Starting otelcol...
Error: cannot start pipelines: failed to start "otlp" receiver: listen tcp 127.0.0.1:4317: bind: address already in use
2026/11/23 08:04:26 collector server run finished with error: cannot start pipelines: failed to start
`;
  expect(collectorErrorIn(output)).toBe(
    'cannot start pipelines: failed to start "otlp" receiver: listen tcp 127.0.0.1:4317: bind: address already in use',
  );
});

test('an error of several lines is kept whole', () => {
  expect(
    collectorErrorIn('Error: failed to get config: decoding failed:\n\n\'exporters\' unknown type: "foo"\n'),
  ).toBe('failed to get config: decoding failed:\n\n\'exporters\' unknown type: "foo"');
});

test('without an error there is none', () => {
  expect(collectorErrorIn('2026-11-23T08:04:26Z	info	all is well\n')).toBe('');
});
