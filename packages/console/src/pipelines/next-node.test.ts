import { expect, test } from 'vitest';
import { nextNode } from './next-node.ts';

const box = (x: number, y: number) => ({ x, y, width: 80, height: 40 });
const boxes = new Map([
  ['in', box(0, 50)],
  ['traces', box(150, 0)],
  ['metrics', box(150, 110)],
  ['out', box(300, 50)],
]);

test.each([
  ['in', 'ArrowRight', 'traces'],
  ['traces', 'ArrowDown', 'metrics'],
  ['metrics', 'ArrowUp', 'traces'],
  ['metrics', 'ArrowRight', 'out'],
  ['out', 'ArrowRight', undefined],
  ['in', 'Enter', undefined],
  ['gone', 'ArrowUp', undefined],
])('from %s, %s leads to %s', (from, key, to) => {
  expect(nextNode(boxes, from, key)).toBe(to);
});
