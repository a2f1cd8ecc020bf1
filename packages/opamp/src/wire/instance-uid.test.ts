import { expect, test } from 'vitest';
import {
  instanceUidFromBytes,
  instanceUidToBytes,
  newInstanceUid,
  parseInstanceUid,
} from './instance-uid.ts';

test('a new uid is a UUID v7 of its time', () => {
  const uid = newInstanceUid(0x0123456789ab);
  expect(uid).toMatch(/^01234567-89ab-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(newInstanceUid()).not.toBe(newInstanceUid());
});

test('text and bytes are each other', () => {
  const uid = newInstanceUid();
  expect(instanceUidFromBytes(instanceUidToBytes(uid))).toBe(uid);
  expect(parseInstanceUid(uid.toUpperCase())).toBe(uid);
});

test('what is no uid is none', () => {
  for (const length of [0, 15, 17, 26]) expect(instanceUidFromBytes(new Uint8Array(length))).toBeUndefined();
  for (const text of ['', 'x', newInstanceUid().slice(1), `${newInstanceUid()}0`]) {
    expect(parseInstanceUid(text)).toBeUndefined();
  }
});
