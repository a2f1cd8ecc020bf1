import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newInstanceUid } from '@drover/opamp';
import { adapterFor } from '../adapters/adapter-for.ts';
import type { AgentAdapter, AgentFacts, AgentObserver } from '../adapters/agent-adapter.ts';
import type { AgentSettings } from '../settings/settings.ts';
import { type ComposedFile, placeFiles } from '../storage/config-folder.ts';

export type AgentCheck =
  | { readonly kind: 'valid'; readonly facts: AgentFacts; readonly files: readonly ComposedFile[] }
  /** There is no local configuration, so the agent waits for one from the server. */
  | { readonly kind: 'nothing_to_run'; readonly facts: AgentFacts }
  | {
      readonly kind: 'invalid';
      readonly facts: AgentFacts;
      readonly files: readonly ComposedFile[];
      readonly message: string;
    }
  /** The program cannot be asked. */
  | { readonly kind: 'unusable'; readonly message: string };

const NOBODY: AgentObserver = {
  onHealth() {},
  onDescription() {},
  onEffectiveConfig() {},
  onLink() {},
  onCustomCapabilities() {},
  onCustomMessage() {},
  onLinkError() {},
};

/** Composes an agent's local configuration and asks its own program about it, in a folder of its own that is gone afterwards. */
export async function checkAgent(settings: AgentSettings, env: NodeJS.ProcessEnv): Promise<AgentCheck> {
  const folder = mkdtempSync(join(tmpdir(), 'drover-check-'));
  const instanceUid = newInstanceUid();
  // Whatever runs on the agent's own folder is not touched.
  const adapter = adapterFor(asideOf(settings, folder), {
    instanceUid: () => instanceUid,
    env,
    programs: new Map(),
  });
  try {
    const inspection = await adapter.inspect();
    if (inspection.kind === 'unusable') return inspection;
    const { facts } = inspection;
    await adapter.open(undefined, NOBODY);
    const check = (usesFallback: boolean) => checkComposition(adapter, folder, facts, usesFallback);
    const local = await check(false);
    if (local.kind === 'invalid' || settings.fallbackConfigs.length === 0) return local;
    const fallback = await check(true);
    return fallback.kind === 'invalid'
      ? { ...fallback, message: `startup_fallback_configs: ${fallback.message}` }
      : local;
  } finally {
    await adapter.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The same agent with all that it writes in this folder. */
function asideOf(settings: AgentSettings, folder: string): AgentSettings {
  return settings.kind === 'command'
    ? { ...settings, storageFolder: folder, configDirectory: undefined }
    : { ...settings, storageFolder: folder };
}

async function checkComposition(
  adapter: AgentAdapter,
  folder: string,
  facts: AgentFacts,
  usesFallback: boolean,
): Promise<AgentCheck> {
  const composition = await adapter.compose({
    instanceUid: newInstanceUid(),
    remote: undefined,
    ownTelemetry: {},
    usesFallback,
    isRunning: false,
    isTrial: false,
  });
  switch (composition.kind) {
    case 'nothing':
      return { kind: 'nothing_to_run', facts };
    case 'refused':
    case 'forbidden':
      return { kind: 'invalid', facts, files: [], message: composition.message };
    case 'composed':
      break;
  }
  const { files, main } = composition;
  const { readers } = adapter.place;
  const place = { folder: join(folder, 'candidate'), main, readers, isExclusive: true };
  placeFiles(files, place);
  const validation = await adapter.validate(place);
  return validation.kind === 'valid'
    ? { kind: 'valid', facts, files }
    : { kind: 'invalid', facts, files, message: validation.message };
}
