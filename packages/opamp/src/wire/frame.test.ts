import { expect, test } from 'vitest';
import { unframe, zeroHeaderLength } from './frame.ts';

const hex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));

test('a header of zero in any length up to ten bytes is taken off', () => {
  for (const header of ['00', '8000', '808000', `${'80'.repeat(9)}00`]) {
    expect(unframe(hex(`${header}1001`), 100)).toEqual({ kind: 'message', body: hex('1001') });
  }
});

test('a header other than zero is refused', () => {
  for (const bytes of ['01', 'ac02', '8001', '7f00', 'ff00']) {
    expect(unframe(hex(bytes), 100).kind).toBe('bad_frame');
  }
});

test('a truncated or overlong header is refused', () => {
  for (const bytes of ['', '80', '8080', '80'.repeat(9), `${'80'.repeat(10)}00`, `${'80'.repeat(10)}01`]) {
    expect(unframe(hex(bytes), 100).kind).toBe('bad_frame');
  }
});

test('the limit counts header and data', () => {
  expect(unframe(hex('0010'), 2).kind).toBe('message');
  expect(unframe(hex('001001'), 2).kind).toBe('message_too_large');
});

test('the data may be empty', () => {
  expect(unframe(hex('00'), 10)).toEqual({ kind: 'message', body: hex('') });
  expect(zeroHeaderLength(hex('00'))).toBe(1);
});
