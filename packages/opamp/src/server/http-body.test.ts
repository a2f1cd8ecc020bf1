import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { Mailbox } from '../testing/mailbox.ts';
import { ByteBudget } from './byte-budget.ts';
import { type BodyOutcome, readBody } from './http-body.ts';
import type { ContentCoding } from './http-headers.ts';

/** A request whose body is written by the test. */
function startRead(budget: ByteBudget, maxBytes = 1_000, coding: ContentCoding = 'identity') {
  const stream = Object.assign(new PassThrough(), { headers: {}, complete: false });
  stream.on('end', () => {
    stream.complete = true;
  });
  const outcomes = new Mailbox<BodyOutcome>();
  const limits = { maxBytes, timeoutMs: 60_000, budget };
  readBody(stream as unknown as IncomingMessage, coding, limits, (outcome) => outcomes.put(outcome));
  return { stream, outcome: () => outcomes.take() };
}

test('bodies share one budget, which comes back when they end or break off', async () => {
  const budget = new ByteBudget(100);
  const first = startRead(budget);
  first.stream.write(Buffer.alloc(60));
  const second = startRead(budget);
  second.stream.write(Buffer.alloc(41));
  expect(await second.outcome()).toMatchObject({ kind: 'refused', code: 'too_many_bytes_in_flight' });
  first.stream.destroy();
  expect(await first.outcome()).toEqual({ kind: 'gone' });
  const third = startRead(budget);
  third.stream.end(Buffer.alloc(100));
  expect(await third.outcome()).toMatchObject({ kind: 'body', bytes: Buffer.alloc(100) });
  expect(budget.reserve(100)).toBe(true);
});

test('inflated bytes count against the budget too, and come back', async () => {
  const budget = new ByteBudget(128 * 1024);
  const bomb = startRead(budget, 1024 * 1024, 'gzip');
  bomb.stream.end(gzipSync(Buffer.alloc(512 * 1024)));
  expect(await bomb.outcome()).toMatchObject({ kind: 'refused', code: 'too_many_bytes_in_flight' });
  const fair = startRead(budget, 1024 * 1024, 'gzip');
  fair.stream.end(gzipSync(Buffer.alloc(16 * 1024)));
  expect(await fair.outcome()).toMatchObject({ kind: 'body', bytes: Buffer.alloc(16 * 1024) });
  expect(budget.reserve(128 * 1024)).toBe(true);
});

test('the size limit holds before and after decompression', async () => {
  const budget = new ByteBudget(1024 * 1024);
  const plain = startRead(budget);
  plain.stream.end(Buffer.alloc(1_001));
  expect(await plain.outcome()).toMatchObject({ kind: 'refused', code: 'message_too_large' });
  const inflated = startRead(budget, 1_000, 'gzip');
  inflated.stream.end(gzipSync(Buffer.alloc(1_001)));
  expect(await inflated.outcome()).toMatchObject({ kind: 'refused', code: 'message_too_large' });
  expect(budget.reserve(1024 * 1024)).toBe(true);
});
