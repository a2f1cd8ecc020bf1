import { decodeMessage, encodeRemoteConfig, RemoteConfigStatusSchema } from '@drover/opamp';
import type { CustomMessageInit } from '@drover/opamp/client';
import { expect, test, vi } from 'vitest';
import { VALIDATE_CAPABILITY, type ValidationAnswer } from '../link/validation-messages.ts';
import { ValidationDesk } from './validation-desk.ts';

const question = (number: number): CustomMessageInit => ({
  capability: VALIDATE_CAPABILITY,
  type: 'validate',
  data: encodeRemoteConfig(
    new Map([['', { body: Buffer.from(`n: ${number}`), contentType: '' }]]),
    new Uint8Array([number]),
  ),
});

function open(validate: (text: string) => Promise<ValidationAnswer>) {
  const answers: string[] = [];
  const desk = new ValidationDesk({
    validate: (files) => validate(Buffer.from(files.get('')?.body ?? []).toString()),
    send: ({ type, data }) => {
      const decoded = decodeMessage(RemoteConfigStatusSchema, data);
      if (decoded.kind !== 'message') throw new Error('no message');
      const { lastRemoteConfigHash, errorMessage } = decoded.message;
      answers.push(`${lastRemoteConfigHash[0]} ${type} ${errorMessage}`.trim());
    },
  });
  return { desk, answers };
}

test('one is asked about at a time, a few wait in their order, and more are told so', async () => {
  const asked: string[] = [];
  const waiting: (() => void)[] = [];
  const { desk, answers } = open((text) => {
    asked.push(text);
    return new Promise((resolve) => waiting.push(() => resolve({ kind: 'valid' })));
  });
  for (const number of [1, 2, 3, 4, 5, 6]) desk.take(question(number));
  expect(asked).toEqual(['n: 1']);
  expect(answers).toEqual(['6 busy one configuration is being checked and 4 wait: ask again in a moment']);
  for (const number of [1, 2, 3, 4, 5]) {
    await vi.waitFor(() => expect(asked).toHaveLength(number));
    waiting.shift()?.();
  }
  await vi.waitFor(() => expect(answers).toHaveLength(6));
  expect(answers.slice(1)).toEqual(['1 valid', '2 valid', '3 valid', '4 valid', '5 valid']);
});

test('what cannot be checked is answered with the reason, and the next one is looked at', async () => {
  const { desk, answers } = open(async (text) => {
    if (text === 'n: 1') throw new Error('ENOSPC: no space left on device');
    return { kind: 'invalid', message: 'no such receiver' };
  });
  desk.take(question(1));
  desk.take(question(2));
  await vi.waitFor(() => expect(answers).toHaveLength(2));
  expect(answers).toEqual([
    '1 refused the configuration could not be checked: ENOSPC: no space left on device',
    '2 invalid no such receiver',
  ]);
});

test('after the end nobody is asked or answered, and what is under way has ended', async () => {
  let end: () => void = () => {};
  let asked = 0;
  const { desk, answers } = open(() => {
    asked++;
    return new Promise((resolve) => {
      end = () => resolve({ kind: 'valid' });
    });
  });
  desk.take(question(1));
  desk.take(question(2));
  let isClosed = false;
  const closing = desk.close().then(() => {
    isClosed = true;
  });
  desk.take(question(3));
  await Promise.resolve();
  expect(isClosed).toBe(false);
  end();
  await closing;
  await desk.close();
  expect([asked, answers]).toEqual([1, []]);
});
