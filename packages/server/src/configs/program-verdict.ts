/** What the program that is to run a configuration, or its host, says of it. */
export type ProgramVerdict =
  | { readonly kind: 'valid' }
  /** In the program's own words. */
  | { readonly kind: 'invalid'; readonly words: string }
  /** The program was not asked: its host would not give it this configuration. */
  | { readonly kind: 'refused'; readonly reason: string };

/** The server's own Collector, which only checks. */
export interface LocalCollector {
  /** Name and version, as the program says them. */
  readonly program: string;
  /** A path of this host that leads to something. */
  isThere(path: string): boolean;
  /** Whether it would run this text, which is given to it alone. Throws `validation_busy`, `validation_timed_out`, `stopping`. */
  validate(text: string): Promise<ProgramVerdict>;
  /** Ends a check that is under way, and makes no other. Safe twice. */
  stop(): void;
}
