/** How bad it is: an error keeps a Collector from starting, a warning is most likely a mistake, info is worth knowing. */
export type Severity = 'error' | 'warning' | 'info';

/** One thing that a check found, with its place in the text. */
export type Finding = {
  readonly severity: Severity;
  /** As the Collector writes paths: `service::pipelines::metrics`; empty for the document as a whole. */
  readonly path: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** Where it ends (exclusive column); absent where only a point is known. */
  readonly endLine?: number;
  readonly endColumn?: number;
  readonly message: string;
  /**
   * `yaml`: the text does not parse; `structure`: the Collector's own rules; `components`: the target lacks something;
   * `schema`: what the components of the target's version take.
   */
  readonly source: 'yaml' | 'structure' | 'components' | 'schema';
};

/** Findings are cut off at this many: a person reads the first few, and hostile text could make millions. */
export const MAX_FINDINGS = 200;

/** Messages quote the text; longer ones are cut off. */
export const MAX_MESSAGE_CHARS = 500;
