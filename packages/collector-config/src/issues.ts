import type { ConfigPath } from './config-data.ts';
import { type Finding, MAX_FINDINGS, MAX_MESSAGE_CHARS, type Severity } from './finding.ts';

/** A finding before its place in the text is known. `at` says whether a map's key or the value is meant. */
export type Issue = {
  readonly severity: Severity;
  readonly path: ConfigPath;
  readonly at: 'key' | 'value';
  readonly message: string;
  readonly source: Finding['source'];
};

/** Collects issues up to the limit; what comes later is left out. */
export class Issues {
  readonly #list: Issue[] = [];

  get all(): readonly Issue[] {
    return this.#list;
  }

  /** Adds one of any source. */
  add(issue: Issue): void {
    this.#add(issue);
  }

  error(path: ConfigPath, message: string, at: Issue['at'] = 'value'): void {
    this.#add({ severity: 'error', path, at, message, source: 'structure' });
  }

  warning(path: ConfigPath, message: string, at: Issue['at'] = 'value'): void {
    this.#add({ severity: 'warning', path, at, message, source: 'structure' });
  }

  lacking(path: ConfigPath, message: string): void {
    this.#add({ severity: 'error', path, at: 'key', message, source: 'components' });
  }

  #add(issue: Issue): void {
    if (this.#list.length >= MAX_FINDINGS) return;
    this.#list.push({ ...issue, message: issue.message.slice(0, MAX_MESSAGE_CHARS) });
  }
}
