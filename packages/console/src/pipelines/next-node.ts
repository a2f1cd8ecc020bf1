import type { Box } from './graph-layout.ts';

const STEPS: Readonly<Record<string, readonly [x: number, y: number]>> = {
  ArrowRight: [1, 0],
  ArrowLeft: [-1, 0],
  ArrowDown: [0, 1],
  ArrowUp: [0, -1],
};
/** A node that lies aside costs more than one that lies ahead. */
const ASIDE = 2.5;

/** The node that an arrow key leads to from another: the nearest that way, or none; undefined for other keys. */
export function nextNode(boxes: ReadonlyMap<string, Box>, from: string, key: string): string | undefined {
  const [stepX, stepY] = STEPS[key] ?? [0, 0];
  const start = boxes.get(from);
  if (start === undefined || (stepX === 0 && stepY === 0)) return undefined;
  let best: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const [id, box] of boxes) {
    const x = box.x + box.width / 2 - (start.x + start.width / 2);
    const y = box.y + box.height / 2 - (start.y + start.height / 2);
    const ahead = x * stepX + y * stepY;
    const aside = Math.abs(x * stepY) + Math.abs(y * stepX);
    const cost = ahead + ASIDE * aside;
    if (id === from || ahead < 4 || cost >= least) continue;
    least = cost;
    best = id;
  }
  return best;
}
