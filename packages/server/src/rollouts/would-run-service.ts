import type { Finding, RolloutCreate, WouldRun } from '@drover/api';
import { type ConfigMap, findDrift, maskSecretsInText, SectionReader } from '@drover/collector-config';
import type { AgentRecord, InstanceUid } from '../agents/agent.ts';
import type { AgentService } from '../agents/agent-service.ts';
import type { ConfigService } from '../configs/config-service.ts';
import { DomainError } from '../lib/errors.ts';
import { timeText } from '../lib/page.ts';
import { changesOf } from './config-changes.ts';
import { intendedView, mergedOf, shownValue } from './intended-config.ts';
import type { RolloutService } from './rollout-service.ts';
import { viewOfTarget } from './rollout-view.ts';

export interface WouldRunServiceOptions {
  readonly agents: AgentService;
  readonly configs: ConfigService;
  readonly rollouts: RolloutService;
}

/** What an agent would run of a target, before anybody gives it that. Changes nothing. */
export class WouldRunService {
  readonly #options: WouldRunServiceOptions;
  readonly #reader = new SectionReader();

  constructor(options: WouldRunServiceOptions) {
    this.#options = options;
  }

  /** Throws `agent_not_found`, `config_not_found`, `revision_not_found`. */
  async wouldRun(uid: string, input: RolloutCreate['target']): Promise<WouldRun> {
    const agent = this.#options.agents.record(uid as InstanceUid);
    if (agent === undefined)
      throw new DomainError(
        'agent_not_found',
        `there is no agent "${uid}"; it never connected, or it was forgotten`,
      );
    const { rollouts } = this.#options;
    const { target, content, cannot } = await rollouts.consider(agent, input);
    const rendering = content.render(agent);
    const hash = rendering.kind === 'content' ? rendering.desired.hash : '';
    const layers = content.layersFor(agent) ?? [];
    const { layers: shown, merged } = intendedView(hash, null, layers);
    const config = mergedOf(layers)?.config;
    return {
      instanceUid: agent.uid,
      target: viewOfTarget(target),
      hash,
      cannot: cannot ?? null,
      layers: shown.map((layer) => ({ ...layer, body: maskSecretsInText(layer.body) })),
      merged: merged && { ...merged, body: maskSecretsInText(merged.body) },
      variables: content.variablesFor(agent).map((each) => ({ ...each })),
      findings: merged === null ? [] : await this.#findings(agent, merged.body),
      intended: this.#againstIntended(agent, hash, config),
      effective: await this.#againstEffective(agent, config),
    };
  }

  async #findings(agent: AgentRecord, body: string): Promise<Finding[]> {
    try {
      const { problems } = await this.#options.configs.validate({
        body,
        selector: `instanceUid=${agent.uid}`,
      });
      return [...problems];
    } catch (error) {
      if (!(error instanceof DomainError) || error.code !== 'config_too_large') throw error;
      const message = `it was not checked: ${error.message}`;
      return [{ severity: 'warning', path: '', line: 1, column: 1, message, source: 'structure' }];
    }
  }

  #againstIntended(agent: AgentRecord, hash: string, after: ConfigMap | undefined): WouldRun['intended'] {
    const { desired } = agent;
    if (desired === null) return null;
    const before = mergedOf(this.#options.rollouts.desired.layersOf(agent.uid) ?? []);
    return {
      hash: desired.hash,
      body: before === undefined ? null : maskSecretsInText(before.text),
      isSame: hash !== '' && desired.hash === hash,
      changes: before === undefined || after === undefined ? null : changesOf(before.config, after),
    };
  }

  async #againstEffective(agent: AgentRecord, would: ConfigMap | undefined): Promise<WouldRun['effective']> {
    const bodies = await this.#options.agents.effectiveBodies(agent.uid);
    const [body] = bodies?.values() ?? [];
    if (bodies === undefined || bodies.size !== 1 || body === undefined) return null;
    const read = this.#reader.read(body);
    const differences =
      would === undefined || read.kind !== 'data'
        ? null
        : findDrift(would, read.data).map(({ path, change, intended, effective }) => ({
            path,
            change,
            ...(intended === undefined ? {} : { intended: shownValue(path, intended) }),
            ...(effective === undefined ? {} : { effective: shownValue(path, effective) }),
          }));
    const reportedAt = timeText(agent.effectiveConfigAtMs ?? agent.firstSeenAtMs);
    return { body: maskSecretsInText(body), reportedAt, differences };
  }
}
