import type { Settings } from '../settings/settings.ts';
import { type Finding, ok, warning } from './finding.ts';

/** Who the supervisor, and with it each agent that names no user of its own, runs as. */
export function checkUser(
  { agents }: Pick<Settings, 'agents'>,
  uid: number | undefined = process.getuid?.(),
): readonly Finding[] {
  if (uid === undefined) return [];
  if (uid !== 0) return [ok('user', `the supervisor runs as uid ${uid}, not as root`)];
  const asRoot = agents.filter(({ runAs }) => runAs === undefined || runAs.uid === 0);
  if (asRoot.length === 0)
    return [ok('user', 'the supervisor runs as root, and every agent as a user of its own')];
  const names = asRoot.map(({ name }) => name).join(', ');
  return [
    warning(
      'user',
      `this is root, and under it the agents (${names}) would run as root too: a configuration from the server could read and change everything on this host`,
      'run the supervisor as a user of its own (User= in the systemd unit), or name one for each agent in run_as.user',
    ),
  ];
}
