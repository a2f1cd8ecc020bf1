import { attributesOf } from './agent.ts';
import type { AgentFleet } from './agent-fleet.ts';
import type { AgentStore, LoadedAgent } from './agent-store.ts';
import type { PartsDecoder } from './agent-view.ts';

/** Brings all stored agents into memory. Everybody is disconnected until seen. */
export function loadFleet(
  fleet: AgentFleet,
  store: AgentStore,
  decoder: Pick<PartsDecoder, 'attributes'>,
): Promise<void> {
  return store.load((agents) => {
    for (const agent of agents) add(fleet, agent, decoder);
  });
}

function add(fleet: AgentFleet, loaded: LoadedAgent, decoder: Pick<PartsDecoder, 'attributes'>): void {
  const { transport, remoteAddress, description, sequenceNum, lastMessageAtMs, ...agent } = loaded;
  const connection = { state: 'disconnected', transport, remoteAddress, sinceMs: lastMessageAtMs } as const;
  const texts = description === undefined ? [] : (decoder.attributes(description) ?? []);
  const record = {
    ...agent,
    attributes: attributesOf(texts),
    desired: null,
    effectiveContent: null,
    ownCredential: 'none',
    connection,
  } as const;
  const parts = description === undefined ? {} : { description };
  fleet.add(record, { lastMessageAtMs, sequenceNum, parts, hasStoredParts: true });
}
