/** As browsers and the loader of style sheets say it. */
const NOT_LOADED =
  /Unable to preload CSS|dynamically imported module|Importing a module script failed|module script failed/i;

/** The code of a page could not be fetched: the server is gone, or serves a newer build. */
export class CodeFault extends Error {
  constructor(cause: unknown) {
    super('The code of this page could not be fetched', { cause });
    this.name = 'CodeFault';
  }
}

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;

function isNotLoaded(error: unknown): boolean {
  return error instanceof Error && NOT_LOADED.test(error.message);
}

/** Loads the code of a page. The router would load the whole page anew where that fails, be there a server or not. */
export function pageCode<T>(load: () => Promise<T>): () => Promise<T> {
  return () =>
    load().catch((error: unknown) => {
      throw isNotLoaded(error) ? new CodeFault(error) : error;
    });
}

/** Loads the code of a part of a page, and asks for it until it comes: the rest of the page is not to go with it. */
export function partCode<T>(load: () => Promise<T>): () => Promise<T> {
  return async () => {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
      try {
        return await load();
      } catch (error) {
        if (!isNotLoaded(error)) throw error;
      }
      do await new Promise((resolve) => setTimeout(resolve, pauseMs));
      while (!(await mendStyles()));
    }
  };
}

/** Style sheets that did not come. Such an event goes no further than its element, but is seen on its way there. */
const missingStyles = new Set<HTMLLinkElement>();
globalThis.addEventListener?.(
  'error',
  ({ target }) => {
    if (target instanceof HTMLLinkElement && target.rel === 'stylesheet') missingStyles.add(target);
  },
  { capture: true },
);

/** Asks again for style sheets, which the loader does only once. False where one still does not come. */
async function mendStyles(): Promise<boolean> {
  const missing = [...missingStyles];
  missingStyles.clear();
  const mended = await Promise.all(missing.map(mendStyle));
  return mended.every(Boolean);
}

/** One that does not come again is a missing one as well. */
function mendStyle(missing: HTMLLinkElement): Promise<boolean> {
  const link = document.createElement('link');
  link.rel = 'stylesheet';
  link.nonce = missing.nonce;
  link.href = missing.href;
  return new Promise((resolve) => {
    link.addEventListener('load', () => resolve(true));
    link.addEventListener('error', () => resolve(false));
    missing.remove();
    document.head.append(link);
  });
}
