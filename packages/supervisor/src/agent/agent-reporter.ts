import type { ConfigFile } from '@drover/opamp';
import type { HostDescription } from '../description/host-description.ts';
import { mergeDescription } from '../description/merge-description.ts';
import type { AgentReport } from '../link/fleet-link.ts';
import { maskedFiles } from '../link/masked-files.ts';
import { VALIDATE_CAPABILITY } from '../link/validation-messages.ts';
import { agentHealth } from './agent-health.ts';
import type { Supervision } from './supervision.ts';
import { withSupervisor } from './supervisor-health.ts';
import { canValidate } from './validate-trial.ts';

/** Makes one report out of what the agent says and what its supervisor sees. */
export class AgentReporter {
  readonly #supervision: Supervision;
  readonly #host: HostDescription;
  #masked:
    | { readonly of: ReadonlyMap<string, ConfigFile>; readonly files: ReadonlyMap<string, ConfigFile> }
    | undefined;

  constructor(supervision: Supervision, host: HostDescription) {
    this.#host = host;
    this.#supervision = supervision;
  }

  report(): AgentReport {
    const { state, settings, facts, runtime, phase, composed, applies, problems, secrets } =
      this.#supervision;
    const { observed } = runtime;
    // While it starts, the agent is about to say itself what it runs.
    const isSettling = phase.kind === 'starting' || phase.kind === 'restarting';
    const files = observed.effectiveConfig ?? (isSettling ? undefined : composed);
    if (files !== undefined && this.#masked?.of !== files) {
      this.#masked = { of: files, files: maskedFiles(files, secrets.mask) };
    }
    return {
      description: mergeDescription({
        instanceUid: state.instanceUid,
        settings,
        host: this.#host.attributes,
        facts,
        reported: observed.description,
      }),
      health: withSupervisor(agentHealth(phase, observed.health, Date.now()), {
        lastApply: applies.last,
        problems,
      }),
      components: facts?.components,
      effectiveConfig: this.#masked?.files,
      customCapabilities: canValidate(this.#supervision)
        ? [...new Set([VALIDATE_CAPABILITY, ...observed.customCapabilities])]
        : observed.customCapabilities,
    };
  }
}
