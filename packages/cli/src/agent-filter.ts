import type { AgentFilter } from '@drover/api';
import type { Command } from 'commander';

/** Flags by which commands narrow the fleet; the same as the filters of `GET /agents`. */
export interface AgentFilterFlags {
  readonly selector?: string;
  readonly state?: string;
  readonly health?: string;
  readonly sync?: string;
  readonly drift?: string;
  readonly enrolment?: string;
  readonly credential?: string;
  readonly type?: string;
  readonly config?: string;
  readonly runs?: string;
  readonly search?: string;
}

export function withFilters(command: Command): Command {
  return command
    .option('-l, --selector <selector>', 'by labels and attributes, e.g. env=prod,os.type in (linux,windows)')
    .option('--state <states>', 'connected, stale, disconnected; several with commas')
    .option('--health <healths>', 'healthy, unhealthy, unknown')
    .option('--sync <states>', 'none, in_sync, pending, failed')
    .option('--drift <states>', 'none, drifted, unknown')
    .option('--enrolment <states>', 'approved, pending, rejected, revoked')
    .option('--credential <kinds>', 'own, offered, failed, shared, certificate, none')
    .option('--type <type>', 'service.name')
    .option('--config <name>', 'agents that are to run this configuration')
    .option('--runs <query>', 'agents whose effective configuration a search finds, see drover search')
    .option('-q, --search <words>', 'words that occur in name, uid, host, type, version or labels');
}

/** The server checks the words of these filters and names the ones that it knows. */
export function filterOf(flags: AgentFilterFlags): AgentFilter {
  return {
    ...(flags.selector === undefined ? {} : { selector: flags.selector }),
    ...(flags.state === undefined ? {} : { state: flags.state.split(',') }),
    ...(flags.health === undefined ? {} : { health: flags.health.split(',') }),
    ...(flags.sync === undefined ? {} : { sync: flags.sync.split(',') }),
    ...(flags.drift === undefined ? {} : { drift: flags.drift.split(',') }),
    ...(flags.enrolment === undefined ? {} : { enrolment: flags.enrolment.split(',') }),
    ...(flags.credential === undefined ? {} : { credential: flags.credential.split(',') }),
    ...(flags.type === undefined ? {} : { type: flags.type }),
    ...(flags.config === undefined ? {} : { config: flags.config }),
    ...(flags.runs === undefined ? {} : { runs: flags.runs }),
    ...(flags.search === undefined ? {} : { q: flags.search }),
  } as AgentFilter;
}
