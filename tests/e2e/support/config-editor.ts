import type { Locator, Page } from 'playwright-core';
import type { WatchedPage } from './browser.ts';
import type { ConsoleBench } from './console-bench.ts';

/** A configuration that one works on: a pipeline with a part of each kind. */
export const EDITED_BODY = `receivers:
  otlp:
    protocols:
      grpc: {}
processors:
  batch:
    timeout: 1s
exporters:
  debug: {}
service:
  pipelines:
    traces:
      receivers: [otlp]
      processors: [batch]
      exporters: [debug]
`;

/** What the tests of the editor of configurations do again and again. */
export interface ConfigEditing {
  textbox(page: Page): Locator;
  button(page: Page, name: string | RegExp): Locator;
  /** An editor of its own on a configuration of its own. */
  opened(name: string, body?: string): Promise<WatchedPage>;
  /** The whole text of the newest revision, also of lines that the editor does not draw. */
  savedBody(name: string): Promise<string>;
}

export function configEditing(bench: ConsoleBench): ConfigEditing {
  const textbox = (page: Page) => page.getByRole('textbox', { name: 'Configuration body' });
  return {
    textbox,
    button: (page, name) => page.getByRole('button', { name }),
    async opened(name, body = EDITED_BODY) {
      await bench.server.api.putConfig(name, { body });
      const ui = await bench.signedIn();
      await bench.open(ui.page, `/configs/${name}`);
      await textbox(ui.page).waitFor();
      return ui;
    },
    savedBody: async (name) => (await bench.server.api.getConfig(name)).body,
  };
}
