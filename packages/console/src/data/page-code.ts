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

/** Loads the code of a page. The router would load the whole page anew where that fails, be there a server or not. */
export function pageCode<T>(load: () => Promise<T>): () => Promise<T> {
  return () =>
    load().catch((error: unknown) => {
      throw error instanceof Error && NOT_LOADED.test(error.message) ? new CodeFault(error) : error;
    });
}
