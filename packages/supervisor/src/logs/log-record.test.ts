import { expect, test } from 'vitest';
import { consoleLine, jsonLine, type LogRecord } from './log-record.ts';

const record: LogRecord = {
  level: 'warn',
  timeMs: Date.parse('2026-11-29T10:00:00.123Z'),
  message: 'two\nlines',
  fields: { agent: 'edge', size: 5n, nothing: undefined },
};

test('a record for programs is one line of JSON', () => {
  expect(jsonLine(record)).toBe(
    '{"level":"warn","time":"2026-11-29T10:00:00.123Z","name":"drover-supervisor","agent":"edge","size":"5","msg":"two\\nlines"}\n',
  );
});

test('a record for people is one line of columns', () => {
  expect(consoleLine(record)).toBe(
    '2026-11-29T10:00:00.123Z\twarn\ttwo\\nlines\t{"agent":"edge","size":"5"}\n',
  );
  expect(consoleLine({ ...record, fields: { nothing: undefined } })).toBe(
    '2026-11-29T10:00:00.123Z\twarn\ttwo\\nlines\n',
  );
});

test('fields that cannot be said cost the record its fields alone', () => {
  const loop: Record<string, unknown> = {};
  loop.self = loop;
  expect(JSON.parse(jsonLine({ ...record, fields: { loop } }))).toMatchObject({
    level: 'warn',
    msg: 'two\nlines',
    fieldsLost: expect.stringContaining('circular'),
  });
});
