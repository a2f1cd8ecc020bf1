import type { AvailableComponents } from './check.ts';
import type { ComponentSchemas } from './component-schemas.ts';

/** What is known beside the text, for completion and help. */
export type EditorKnowledge = {
  /** Of the targets; absent where none are known. */
  readonly schemas?: ComponentSchemas;
  /** The component types that the targets have, where they report them. */
  readonly components?: AvailableComponents;
  /** Keys of labels and attributes of agents, names of secrets. */
  readonly labels?: readonly string[];
  readonly attributes?: readonly string[];
  readonly secrets?: readonly string[];
};

/** One thing that may be written. */
export type Completion = {
  readonly label: string;
  readonly kind: 'section' | 'component' | 'key' | 'value' | 'use' | 'variable';
  /** A few words: its type and default. */
  readonly detail: string;
  /** What it is for; may be long, may be empty. */
  readonly description: string;
  readonly isDeprecated: boolean;
  /** What is written in place of `from` to `to`. */
  readonly insert: string;
};

export type Completions = {
  readonly from: number;
  readonly to: number;
  readonly items: readonly Completion[];
};
