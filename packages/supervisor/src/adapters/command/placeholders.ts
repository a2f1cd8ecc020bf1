import type { Invocation } from '../../settings/settings.ts';

/** What the words in braces of a command agent's settings stand for. */
export interface Placeholders {
  readonly executable: string;
  /** Full path of the file that the program is pointed at. */
  readonly config: string;
  /** The folder of that file. */
  readonly config_dir: string;
  /** A port of the loopback address that is the agent's own. */
  readonly port: number;
  readonly instance_uid: string;
  /** Of the running process; empty where none is meant. */
  readonly pid: string;
}

/** Fills the words in; other braces stay as they are. */
export function fillIn(text: string, values: Placeholders): string {
  return text.replace(/\{([a-z_]+)\}/g, (match, name: string) =>
    name in values ? String(values[name as keyof Placeholders]) : match,
  );
}

export function fillInAll([program, ...args]: Invocation, values: Placeholders): Invocation {
  return [fillIn(program, values), ...args.map((word) => fillIn(word, values))];
}

/** True where one of these texts uses that word. */
export function uses(texts: readonly string[], name: keyof Placeholders): boolean {
  return texts.some((text) => text.includes(`{${name}}`));
}
