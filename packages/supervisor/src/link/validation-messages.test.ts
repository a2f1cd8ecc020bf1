import { decodeMessage, encodeRemoteConfig, RemoteConfigStatusSchema } from '@drover/opamp';
import { expect, test } from 'vitest';
import { readValidationRequest, VALIDATE_CAPABILITY, validationAnswer } from './validation-messages.ts';

const id = new Uint8Array([1, 2, 3]);
const files = new Map([
  ['01-base', { body: Buffer.from('a: 1'), contentType: 'text/yaml' }],
  ['ca.pem', { body: Buffer.from([0xff, 0]), contentType: '', role: 'ca' }],
]);
const request = (data: Uint8Array, type = 'validate') =>
  readValidationRequest({ capability: VALIDATE_CAPABILITY, type, data });

test('a request has its id and the files as an offer has them, with their roles', () => {
  const read = request(encodeRemoteConfig(files, id));
  expect(Buffer.from(read?.id ?? [])).toEqual(Buffer.from(id));
  expect([...(read?.files ?? [])].map(([name, { body, role }]) => [name, [...body], role])).toEqual([
    ['01-base', [...Buffer.from('a: 1')], undefined],
    ['ca.pem', [0xff, 0], 'ca'],
  ]);
});

test.each([
  ['of another type', encodeRemoteConfig(files, id), 'something'],
  ['without an id', encodeRemoteConfig(files, new Uint8Array()), 'validate'],
  ['with an id that nobody would make up', encodeRemoteConfig(files, new Uint8Array(65)), 'validate'],
  ['that is no message', new Uint8Array([0xff, 0xff]), 'validate'],
])('a request %s is ignored', (_, data, type) => {
  expect(request(data, type)).toBeUndefined();
});

test('an answer has the id of its request, and says in its type what came of it', () => {
  const { type, data } = validationAnswer(id, { kind: 'invalid', message: 'x'.repeat(10_000) });
  const decoded = decodeMessage(RemoteConfigStatusSchema, data);
  if (decoded.kind !== 'message') throw new Error('no message');
  expect(type).toBe('invalid');
  expect([...decoded.message.lastRemoteConfigHash]).toEqual([1, 2, 3]);
  expect(decoded.message.errorMessage).toBe('x'.repeat(8_000));
  expect(validationAnswer(id, { kind: 'valid' }).type).toBe('valid');
});
