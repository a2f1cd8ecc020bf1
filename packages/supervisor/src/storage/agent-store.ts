import { join } from 'node:path';
import { parseInstanceUid } from '@drover/opamp';
import {
  type AgentState,
  MAX_FAILED_HASHES,
  type RemoteConfig,
  type RemoteConfigVerdict,
} from './agent-state.ts';
import { durableFile, replaceFile } from './durable-file.ts';
import { readUpstreamState } from './upstream-storage.ts';

export interface AgentStore {
  /** The state as it was last saved, taken over from upstream's files where there is none of ours; undefined on a first start. */
  load(): AgentState | undefined;
  save(state: AgentState): void;
}

export function agentStore(folder: string): AgentStore {
  const file = durableFile(join(folder, 'state.json'), fromJson);
  const upstreamFile = join(folder, 'persistent_state.yaml');
  return {
    load: () => file.read() ?? readUpstreamState(folder),
    save(state) {
      const uidBefore = file.read()?.instanceUid;
      file.write(toJson(state) as unknown as AgentState);
      // Upstream's own file keeps the uid too: a way back, and one more copy should both of ours be damaged.
      if (uidBefore !== state.instanceUid) replaceFile(upstreamFile, `instance_id: ${state.instanceUid}\n`);
    },
  };
}

interface ConfigJson {
  readonly hash: string;
  readonly files: readonly { readonly name: string; readonly contentType: string; readonly body: string }[];
}

interface StateJson {
  readonly instanceUid: string;
  readonly received?: {
    readonly config: ConfigJson;
    readonly verdict: RemoteConfigVerdict;
    readonly errorMessage: string;
  };
  readonly applied?: ConfigJson;
  readonly lastGood?: ConfigJson;
  readonly failed: readonly { readonly hash: string; readonly errorMessage: string }[];
}

function toJson(state: AgentState): StateJson {
  return {
    instanceUid: state.instanceUid,
    ...(state.received === undefined
      ? {}
      : { received: { ...state.received, config: configToJson(state.received.config) } }),
    ...(state.applied === undefined ? {} : { applied: configToJson(state.applied) }),
    ...(state.lastGood === undefined ? {} : { lastGood: configToJson(state.lastGood) }),
    failed: state.failed.slice(-MAX_FAILED_HASHES),
  };
}

function fromJson(json: unknown): AgentState | undefined {
  const state = json as StateJson;
  const instanceUid = parseInstanceUid(state.instanceUid);
  if (instanceUid === undefined) return undefined;
  return {
    instanceUid,
    received:
      state.received === undefined
        ? undefined
        : { ...state.received, config: configFromJson(state.received.config) },
    applied: state.applied === undefined ? undefined : configFromJson(state.applied),
    lastGood: state.lastGood === undefined ? undefined : configFromJson(state.lastGood),
    failed: state.failed,
  };
}

function configToJson(config: RemoteConfig): ConfigJson {
  return {
    hash: config.hash,
    files: [...config.files].map(([name, file]) => ({
      name,
      contentType: file.contentType,
      body: Buffer.from(file.body).toString('base64'),
    })),
  };
}

function configFromJson(json: ConfigJson): RemoteConfig {
  return {
    hash: json.hash,
    files: new Map(
      json.files.map(({ name, contentType, body }) => [
        name,
        { contentType, body: new Uint8Array(Buffer.from(body, 'base64')) },
      ]),
    ),
  };
}
