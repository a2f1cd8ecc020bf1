/** What a command may touch of the process. Tests pass their own. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Standard output goes to a person: colour and progress that rewrites its line. */
  readonly isOutputTty: boolean;
  /** Somebody can be asked: standard input and standard error are both a terminal. */
  readonly canAsk: boolean;
  readonly hasColour: boolean;
  readonly columns: number;
  out(text: string): void;
  err(text: string): void;
  /** Everything on standard input, as UTF-8. */
  readInput(): Promise<string>;
  /** Asks on standard error; `hidden` does not echo what is typed. */
  ask(question: string, hidden?: boolean): Promise<string>;
  /** Aborted by the first Ctrl-C or SIGTERM. */
  readonly interrupted: AbortSignal;
}
