import type { ComponentSection } from '@drover/collector-config';

/** What may be and what may not. A deny-list wins over its allow-list; without an allow-list all is allowed that is not denied. */
export interface Lists {
  readonly allow: readonly string[] | undefined;
  readonly deny: readonly string[];
}

/** What a remote configuration may make an agent of this host do. */
export interface HostPolicy {
  /** Types of components, by section. */
  readonly components: Readonly<Record<ComponentSection, Lists>>;
  readonly read: Lists;
  readonly write: Lists;
  readonly endpoints: Lists;
  /** Variables that may be expanded. */
  readonly environment: Lists;
  readonly programs: Lists;
  /** Places of a configuration whose text is neither file nor address nor program, whatever it looks like. */
  readonly plainText: readonly string[];
}

/** A policy and where in the settings it stands. An agent has to keep all that hold for it, so that one more only adds. */
export interface PlacedPolicy {
  readonly path: string;
  readonly policy: HostPolicy;
}

/** Why a configuration is refused. */
export interface Violation {
  /** The rule, as a path in the settings: `policy.files.read.allow`, `policy.receivers.deny[1]`. */
  readonly rule: string;
  /** The place in the merged configuration. */
  readonly path: readonly (string | number)[];
  /** What the rule forbids, with the text concerned. */
  readonly message: string;
}

const NO_LISTS: Lists = { allow: undefined, deny: [] };

/** Forbids nothing by itself; what cannot be judged is refused all the same. */
export const OPEN_POLICY: HostPolicy = {
  components: {
    receivers: NO_LISTS,
    processors: NO_LISTS,
    exporters: NO_LISTS,
    connectors: NO_LISTS,
    extensions: NO_LISTS,
  },
  read: NO_LISTS,
  write: NO_LISTS,
  endpoints: NO_LISTS,
  environment: NO_LISTS,
  programs: NO_LISTS,
  plainText: [],
};
