// What runs inside the fleet's page while it is measured: text, for the page knows nothing of this project's modules.

/** Notes in `firstRowMs` when the first row is there, from the moment at which the address was taken. */
export const NOTE_FIRST_ROW = `new MutationObserver((_, observer) => {
  if (document.querySelector('[data-row-link]') === null) return;
  globalThis.firstRowMs = performance.now();
  observer.disconnect();
}).observe(document, { childList: true, subtree: true })`;

/**
 * Puts into `filteredMs` a promise of the time from the next Enter or press to the frame in which the page shows what
 * matches: the count beside the title and rows that are not those of the filter before. Undefined where that does not
 * come within ten seconds, pressed or not.
 */
export const noteFiltered = (
  count: string,
  matching: number,
): string => `globalThis.filteredMs = new Promise((resolve) => {
  const limit = setTimeout(() => resolve(undefined), 10000);
  const isThere = () => {
    const table = document.querySelector('[role="table"]');
    return (document.querySelector('main h1')?.parentElement?.textContent ?? '').endsWith(${JSON.stringify(count)})
      && table?.getAttribute('aria-rowcount') === '${matching + 1}' && table.closest('[aria-busy="true"]') === null;
  };
  const begin = ({ type, key, timeStamp }) => {
    if (type === 'keydown' && key !== 'Enter') return;
    removeEventListener('keydown', begin, true);
    removeEventListener('pointerdown', begin, true);
    const look = () => {
      if (!isThere()) return requestAnimationFrame(look);
      clearTimeout(limit);
      resolve(performance.now() - timeStamp);
    };
    requestAnimationFrame(look);
  };
  addEventListener('keydown', begin, true);
  addEventListener('pointerdown', begin, true);
}), undefined`;

/** Notes in `frameMs` how long each frame takes from now on, and how often a row in view had not come yet. */
export const WATCH_FRAMES = `globalThis.frameMs = [], globalThis.pendingFrames = 0, requestAnimationFrame((first) => {
  let last = first;
  const step = (now) => {
    frameMs.push(now - last);
    last = now;
    if (document.querySelector('[data-index] [aria-busy="true"]') !== null) pendingFrames += 1;
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
}), undefined`;

/** The rows in view as their links, every quarter of a second; how often one stood elsewhere than before. */
export const countMoves = (watchedMs: number): string => `new Promise((resolve) => {
  let known = new Map();
  let moves = 0;
  const look = () => {
    const rows = [...document.querySelectorAll('[data-index]')];
    const now = new Map(rows.map((row) => [row.querySelector('a')?.getAttribute('href'), row.dataset.index]));
    for (const [uid, index] of now) if (known.has(uid) && known.get(uid) !== index) moves += 1;
    known = now;
  };
  const timer = setInterval(look, 250);
  setTimeout(() => { clearInterval(timer); resolve(moves); }, ${watchedMs});
})`;
