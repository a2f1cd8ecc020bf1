/** Lets the event loop serve what waits. Long loops over the fleet do this between slices. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
