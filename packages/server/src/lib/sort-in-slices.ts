import { Slices } from './slices.ts';

const RUN = 2048;

/** The numbers below `count` in order, without a long stretch of work; `compare` must answer the same all the time. */
export async function sortInSlices(
  count: number,
  compare: (a: number, b: number) => number,
): Promise<Uint32Array> {
  const slices = new Slices();
  let sorted = Uint32Array.from({ length: count }, (_, at) => at);
  for (let from = 0; from < count; from += RUN) {
    await slices.turn();
    sorted.subarray(from, from + RUN).sort(compare);
  }
  let merged = new Uint32Array(count);
  for (let run = RUN; run < count; run *= 2) {
    for (let from = 0; from < count; from += 2 * run) {
      const middle = Math.min(count, from + run);
      const end = Math.min(count, from + 2 * run);
      let [left, right] = [from, middle];
      for (let at = from; at < end; at += 1) {
        if (at % RUN === 0) await slices.turn();
        const a = sorted[left] ?? 0;
        const b = sorted[right] ?? 0;
        const takesLeft = left < middle && (right >= end || compare(a, b) <= 0);
        merged[at] = takesLeft ? a : b;
        if (takesLeft) left += 1;
        else right += 1;
      }
    }
    [sorted, merged] = [merged, sorted];
  }
  return sorted;
}
