import { checkAgent } from '../commands/check-agent.ts';
import { settingsSecrets } from '../secrets.ts';
import { readSettings } from '../settings/read-settings.ts';
import type { Settings } from '../settings/settings.ts';
import { lockHolder } from '../storage/storage-lock.ts';
import { checkAgentPorts, checkOwnPort } from './check-ports.ts';
import { checkProgram } from './check-program.ts';
import { checkSecrets } from './check-secrets.ts';
import { checkServer } from './check-server.ts';
import { checkStorage } from './check-storage.ts';
import { checkUser } from './check-user.ts';
import { broken, CHECKS, type Finding, ok, warning } from './finding.ts';

/** Looks at everything that the settings lead to, in the order of `CHECKS`. Starts and changes nothing; what is known to be secret is masked. */
export async function runChecks(settingsFile: string, env: NodeJS.ProcessEnv): Promise<readonly Finding[]> {
  const read = readSettings(settingsFile, env);
  if (read.kind === 'invalid') {
    return read.problems.map((problem) =>
      broken('settings', problem, `correct ${settingsFile}; "drover-supervisor validate" checks it again`),
    );
  }
  const { settings, notices } = read;
  const secrets = settingsSecrets(settings.server, [env, ...settings.agents.map((agent) => agent.env)]);
  const findings = [
    ...settingsFindings(settingsFile, notices),
    ...checkUser(settings),
    ...checkStorage(settings),
    ...checkSecrets(settings, settingsFile),
    ...(await checkOwnPort(settings, lockHolder(settings.storageFolder))),
    ...(await checkAgents(settings, env)),
    ...(await checkServer(settings.server, env, secrets, Date.now())),
  ];
  const order = Object.keys(CHECKS);
  return findings
    .toSorted((a, b) => order.indexOf(a.check) - order.indexOf(b.check))
    .map((each) => ({ ...each, message: secrets.mask(each.message) }));
}

function settingsFindings(settingsFile: string, notices: readonly string[]): readonly Finding[] {
  return [
    ok('settings', `${settingsFile} is valid`),
    ...notices.map((notice) =>
      warning('settings', notice, 'take the key out, or see docs/guides/from-opampsupervisor.md'),
    ),
  ];
}

async function checkAgents({ agents }: Settings, env: NodeJS.ProcessEnv): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  // One after the other: each may run a large program.
  for (const settings of agents) {
    const check = await checkAgent(settings, env);
    findings.push(...checkProgram(settings, check), ...(await checkAgentPorts(settings, check, env)));
  }
  return findings;
}
