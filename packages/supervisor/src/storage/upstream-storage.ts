import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AgentRemoteConfigSchema, decodeMessage, newInstanceUid, parseInstanceUid } from '@drover/opamp';
import { parse } from 'yaml';
import type { AgentState, RemoteConfig } from './agent-state.ts';

const STATUS_APPLYING = 2;
const STATUS_FAILED = 3;

/** The uid and the last configuration that the upstream opampsupervisor left in this folder; undefined where it left no uid. */
export function readUpstreamState(folder: string): AgentState | undefined {
  const persistent = readPersistentState(join(folder, 'persistent_state.yaml'));
  const received = readRemoteConfig(join(folder, 'last_recv_remote_config.dat'));
  const lastGood = readRemoteConfig(join(folder, 'last_working_remote_config.dat'));
  // A damaged state file must not cost the configuration that stands beside it.
  if (persistent === undefined && received === undefined) return undefined;
  const status = persistent?.hash === received?.hash ? persistent?.status : undefined;
  const hasFailed = received !== undefined && status === STATUS_FAILED;
  const verdict = hasFailed ? 'failed' : status === STATUS_APPLYING ? 'applying' : 'applied';
  const errorMessage = hasFailed ? (persistent?.errorMessage ?? 'failed under the upstream supervisor') : '';
  return {
    instanceUid: persistent?.instanceUid ?? newInstanceUid(),
    received: received === undefined ? undefined : { config: received, verdict, errorMessage },
    // What upstream was still applying has yet to prove itself.
    applied: verdict === 'applied' ? received : undefined,
    lastGood: lastGood ?? (verdict === 'applied' ? received : undefined),
    failed: hasFailed ? [{ hash: received.hash, errorMessage }] : [],
  };
}

function readPersistentState(path: string) {
  try {
    const state: unknown = parse(readFileSync(path, 'utf8'));
    if (typeof state !== 'object' || state === null || !('instance_id' in state)) return undefined;
    const instanceUid = parseInstanceUid(String(state.instance_id));
    if (instanceUid === undefined) return undefined;
    const last =
      'last_remote_config_status' in state ? (state.last_remote_config_status as UpstreamStatus) : null;
    return {
      instanceUid,
      status: last?.status,
      hash: last?.last_remote_config_hash,
      errorMessage: last?.error_message,
    };
  } catch {
    return undefined;
  }
}

interface UpstreamStatus {
  readonly status?: number;
  readonly last_remote_config_hash?: string;
  readonly error_message?: string;
}

function readRemoteConfig(path: string): RemoteConfig | undefined {
  if (!existsSync(path)) return undefined;
  const decoded = decodeMessage(AgentRemoteConfigSchema, readFileSync(path));
  if (decoded.kind === 'bad_message' || decoded.message.configHash.length === 0) return undefined;
  const { configHash, config } = decoded.message;
  return {
    hash: Buffer.from(configHash).toString('hex'),
    files: new Map(
      Object.entries(config?.configMap ?? {}).map(([name, { body, contentType }]) => [
        name,
        { body: new Uint8Array(body), contentType },
      ]),
    ),
  };
}
