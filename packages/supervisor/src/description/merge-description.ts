import type { Attributes, InstanceUid } from '@drover/opamp';
import type { AgentDescriptionInit } from '@drover/opamp/client';
import type { AgentFacts } from '../adapters/agent-adapter.ts';
import type { AgentSettings } from '../settings/settings.ts';

export interface DescriptionSources {
  readonly instanceUid: InstanceUid;
  readonly settings: Pick<AgentSettings, 'identifyingAttributes' | 'nonIdentifyingAttributes'>;
  /** What the supervisor has found out about the host. */
  readonly host: Attributes;
  /** What the program is; undefined while it is not known. */
  readonly facts: Pick<AgentFacts, 'name' | 'version'> | undefined;
  /** What the running agent says of itself. */
  readonly reported: { readonly identifying: Attributes; readonly nonIdentifying: Attributes } | undefined;
}

/** One description from all who know something: the operator's word wins over the agent's, the agent's over ours. */
export function mergeDescription(sources: DescriptionSources): AgentDescriptionInit {
  const { instanceUid, settings, host, facts, reported } = sources;
  return {
    identifying: {
      ...(facts === undefined ? {} : { 'service.name': facts.name }),
      ...(facts?.version === undefined ? {} : { 'service.version': facts.version }),
      ...reported?.identifying,
      ...settings.identifyingAttributes,
      'service.instance.id': instanceUid,
    },
    nonIdentifying: { ...host, ...reported?.nonIdentifying, ...settings.nonIdentifyingAttributes },
  };
}
