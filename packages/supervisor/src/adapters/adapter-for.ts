import type { AgentSettings } from '../settings/settings.ts';
import type { AdapterOptions, AgentAdapter } from './agent-adapter.ts';
import { collectorAdapter } from './collector/collector-adapter.ts';
import { commandAdapter } from './command/command-adapter.ts';
import { fluentBitAdapter } from './fluent-bit/fluent-bit-adapter.ts';

/** The adapter for the kind of agent that is asked for. */
export function adapterFor(settings: AgentSettings, options: AdapterOptions): AgentAdapter {
  switch (settings.kind) {
    case 'collector':
      return collectorAdapter({ settings, ...options });
    case 'fluentbit':
      return fluentBitAdapter({ settings, ...options });
    case 'command':
      return commandAdapter({ settings, ...options });
  }
}
