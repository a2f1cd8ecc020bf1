/**
 * The value that stands at `place` (0 is the smallest) when the values are in order; they are rearranged, and not
 * sorted: a look at each value and at ever fewer of them again. `place` must be below their number.
 */
export function nthSmallest(values: Float64Array, place: number): number {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const pivot = median(values[low] ?? 0, values[(low + high) >>> 1] ?? 0, values[high] ?? 0);
    // Below `less` are smaller ones, from `greater` on larger ones, in between those that equal the pivot.
    let less = low;
    let greater = high + 1;
    for (let at = low; at < greater; ) {
      const value = values[at] ?? 0;
      if (value < pivot) swap(values, at++, less++);
      else if (value > pivot) swap(values, at, --greater);
      else at++;
    }
    if (place < less) high = less - 1;
    else if (place >= greater) low = greater;
    else return pivot;
  }
  return values[low] ?? 0;
}

function median(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}

function swap(values: Float64Array, a: number, b: number): void {
  const value = values[a] ?? 0;
  values[a] = values[b] ?? 0;
  values[b] = value;
}
