import { describe, expect, test } from 'vitest';
import {
  clientFrame,
  compareFrameReaders,
  cut,
  readByLibrary,
  readByOurs,
  type Seen,
} from '../testing/frame-readers.ts';
import { Dice } from '../testing/mutated-messages.ts';
import { ByteBudget } from './byte-budget.ts';
import { FrameReader, type FrameSink } from './frame-reader.ts';

const hello = Buffer.from('hello');
const binary = (payload: Uint8Array, isLast = true) => clientFrame({ opcode: 2, payload, isLast });
const continuation = (payload: Uint8Array, isLast: boolean) => clientFrame({ opcode: 0, payload, isLast });
const seen = (...frames: Buffer[]): Seen => readByOurs([Buffer.concat(frames)]).seen;

describe('frames', () => {
  test.each([0, 1, 47, 48, 49, 125, 126, 999])(
    'a message of %i bytes is unmasked, wherever it stands',
    (length) => {
      const payload = Uint8Array.from({ length }, (_, at) => at);
      for (let offset = 0; offset < 8; offset++) {
        const frames = [binary(new Uint8Array(offset)), binary(payload), binary(hello)];
        expect(seen(...frames).slice(1)).toEqual([
          ['message', Buffer.from(payload).toString('hex'), true],
          ['message', hello.toString('hex'), true],
        ]);
      }
    },
  );

  test('a message in fragments is one message, with control frames in between', () => {
    const [ping, pong] = [9, 10].map((opcode) => clientFrame({ opcode, payload: hello })) as [Buffer, Buffer];
    expect(
      seen(binary(hello, false), ping, continuation(hello, false), pong, continuation(hello, true)),
    ).toEqual([
      ['ping', hello.toString('hex')],
      ['pong'],
      ['message', Buffer.from('hellohellohello').toString('hex'), true],
    ]);
  });

  test.each([
    ['reserved bits', Buffer.from('c28000000000', 'hex')],
    ['no mask', Buffer.from('820161', 'hex')],
    ['an unknown opcode', Buffer.from('838000000000', 'hex')],
    ['a fragmented ping', Buffer.from('098000000000', 'hex')],
    ['a ping over 125 bytes', Buffer.from('89fe007e00000000', 'hex')],
    ['a fragment of nothing', continuation(hello, true)],
    ['a message within a message', Buffer.concat([binary(hello, false), binary(hello)])],
    ['a close code that is none', clientFrame({ opcode: 8, payload: Uint8Array.of(3, 237) })],
    ['half a close code', clientFrame({ opcode: 8, payload: Uint8Array.of(3) })],
  ])('%s is a violation, and ends the reading', (_what, frames) => {
    expect(seen(frames, binary(hello))).toEqual([['violated', 1002]]);
  });

  test('a message over the limit is refused by its head alone, also in fragments', () => {
    expect(seen(binary(Buffer.alloc(1000)))).toHaveLength(1);
    expect(seen(binary(Buffer.alloc(1001)).subarray(0, 8))).toEqual([['violated', 1009]]);
    const fragments = [
      binary(Buffer.alloc(600), false),
      continuation(Buffer.alloc(401), false).subarray(0, 8),
    ];
    expect(seen(...fragments)).toEqual([['violated', 1009]]);
    expect(seen(Buffer.from('82ffffffffffffffffff00000000', 'hex'))).toEqual([['violated', 1009]]);
  });

  test('what comes behind a close frame is not read', () => {
    expect(seen(clientFrame({ opcode: 8, payload: Uint8Array.of(3, 233) }), binary(hello))).toEqual([
      ['close', 1001],
    ]);
    expect(seen(clientFrame({ opcode: 8, payload: new Uint8Array(0) }), binary(hello))).toEqual([
      ['close', 1005],
    ]);
  });

  test('the library sees the same in each of these, byte by byte too', () => {
    const stream = Buffer.concat([
      binary(hello, false),
      continuation(Buffer.alloc(300, 7), true),
      binary(hello),
    ]);
    const bytes = cut(stream, new Dice(1), 1);
    expect(readByOurs(bytes).seen).toEqual(readByLibrary(bytes));
    expect(readByOurs(bytes).seen).toHaveLength(2);
  });
});

test('random frames, right and almost right, are read as the library reads them', () => {
  const dice = new Dice(20_261_129);
  for (let count = 0; count < 5_000; count++) expect(compareFrameReaders(dice)).toBeUndefined();
});

describe('what is held of a message that is not complete', () => {
  const quiet: FrameSink = {
    message: () => undefined,
    ping: () => undefined,
    pong: () => undefined,
    peerClosed: () => undefined,
    violated: () => undefined,
    overBudget: () => undefined,
  };

  test('a head that announces much reserves nothing', () => {
    const budget = new ByteBudget(1000);
    new FrameReader(quiet, budget, 1 << 20).take(binary(Buffer.alloc(1 << 19)).subarray(0, 100));
    expect(budget.reserve(900)).toBe(true);
  });

  test('the budget ends the reading, and has all of it back', () => {
    const budget = new ByteBudget(1000);
    let isOver = false;
    const reader = new FrameReader({ ...quiet, overBudget: () => (isOver = true) }, budget, 1 << 20);
    const frame = binary(Buffer.alloc(5000));
    for (const chunk of cut(frame, new Dice(1), 100)) reader.take(chunk);
    expect(isOver).toBe(true);
    expect(budget.reserve(1000)).toBe(true);
  });

  test('a link that is gone in the middle of a message holds nothing', () => {
    const budget = new ByteBudget(1000);
    const reader = new FrameReader(quiet, budget, 1 << 20);
    reader.take(
      Buffer.concat([binary(Buffer.alloc(300), false), continuation(Buffer.alloc(300), true)]).subarray(
        0,
        500,
      ),
    );
    expect(budget.reserve(700)).toBe(false);
    reader.stop();
    expect(budget.reserve(1000)).toBe(true);
  });
});
