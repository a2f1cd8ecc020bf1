import { existsSync } from 'node:fs';
import type { AgentCheck } from '../commands/check-agent.ts';
import { isAlive } from '../process/process-identity.ts';
import type { AgentSettings, Settings } from '../settings/settings.ts';
import { splitAddress } from '../status/local-listener.ts';
import { processRecordStore } from '../storage/process-record.ts';
import { broken, type Finding, ok, skipped } from './finding.ts';
import { type ListenedPort, listenedPorts } from './listened-ports.ts';
import { probePort } from './port-probe.ts';

/** The port of the local interface, where no supervisor has it already. */
export async function checkOwnPort(
  { healthcheckListen }: Pick<Settings, 'healthcheckListen'>,
  supervisorPid: number | undefined,
): Promise<readonly Finding[]> {
  if (healthcheckListen === undefined) return [];
  if (supervisorPid !== undefined)
    return [skipped('ports', `healthcheck.endpoint: the supervisor that runs has ${healthcheckListen}`)];
  const place = { by: 'healthcheck.endpoint', ...splitAddress(healthcheckListen) };
  return [await checkPort(place, 'choose another port, or leave the key out', null)];
}

/** The ports of an agent that does not run yet; one that runs has them. */
export async function checkAgentPorts(
  settings: AgentSettings,
  check: AgentCheck,
  env: NodeJS.ProcessEnv,
): Promise<readonly Finding[]> {
  const { name, storageFolder } = settings;
  const running = existsSync(storageFolder) ? processRecordStore(storageFolder).load()?.identity : undefined;
  if (running !== undefined && isAlive(running))
    return [skipped('ports', `the agent runs as process ${running.pid} and has its ports`, name)];
  const places = [...localPort(settings), ...configuredPorts(settings, check, env)];
  const findings: Finding[] = [];
  for (const place of places)
    findings.push(
      await checkPort(place, 'end what listens there, or change the port in the configuration', name),
    );
  const bad = findings.filter(({ status }) => status !== 'ok');
  if (bad.length > 0 || places.length === 0) return bad;
  return [ok('ports', `free: ${places.map(({ host, port }) => `${host}:${port}`).join(', ')}`, name)];
}

function localPort(settings: AgentSettings): readonly ListenedPort[] {
  return settings.kind === 'collector' && settings.localPort > 0
    ? [{ by: 'opamp_server_port', host: '127.0.0.1', port: settings.localPort }]
    : [];
}

function configuredPorts(
  settings: AgentSettings,
  check: AgentCheck,
  env: NodeJS.ProcessEnv,
): readonly ListenedPort[] {
  if (settings.kind !== 'collector' || (check.kind !== 'valid' && check.kind !== 'invalid')) return [];
  const [file] = check.files;
  if (file === undefined) return [];
  const text = typeof file.body === 'string' ? file.body : new TextDecoder().decode(file.body);
  return listenedPorts(text, { ...env, ...settings.env });
}

async function checkPort(
  { by, host, port }: ListenedPort,
  fix: string,
  agent: string | null,
): Promise<Finding> {
  const where = `${host}:${port}`;
  const state = await probePort(host, port);
  switch (state.kind) {
    case 'free':
      return ok('ports', `${by}: ${where} is free`, agent);
    case 'taken': {
      const owner = state.owner === '' ? 'another program' : state.owner;
      return broken('ports', `${by}: ${where} is taken by ${owner}`, fix, agent);
    }
    case 'not_allowed':
      return broken(
        'ports',
        `${by}: this user may not listen on ${where}`,
        'choose a port from 1024 on, or give the service CAP_NET_BIND_SERVICE',
        agent,
      );
    case 'no_such_address':
      return broken(
        'ports',
        `${by}: this host has no address ${host}`,
        'name an address of this host, 127.0.0.1 or 0.0.0.0',
        agent,
      );
    case 'failed':
      return broken('ports', `${by}: ${where} cannot be listened on: ${state.message}`, fix, agent);
  }
}
