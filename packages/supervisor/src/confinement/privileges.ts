import type { AgentSettings } from '../settings/settings.ts';

/** Why the agents cannot be run as the users that the settings name; undefined where they can. */
export function privilegeProblem(
  agents: readonly AgentSettings[],
  ownUid: number | undefined,
): string | undefined {
  const other = agents.find(({ runAs }) => runAs !== undefined && runAs.uid !== ownUid);
  if (other === undefined || ownUid === 0) return undefined;
  return ownUid === undefined
    ? `the agent ${other.name} cannot run as ${other.runAs?.name}: this system has no such users; leave run_as out`
    : `the agent ${other.name} cannot run as ${other.runAs?.name}: only root may run programs as somebody else; start the supervisor as root, or as that user and without run_as`;
}

/** What an operator should know of the rights of his agents (specification, Security: least privilege). */
export function privilegeNotices(
  agents: readonly AgentSettings[],
  ownUid: number | undefined,
): readonly string[] {
  return agents
    .filter(({ runAs }) => (runAs?.uid ?? ownUid) === 0)
    .map(
      ({ name }) =>
        `the agent ${name} runs as root, and a configuration may have it read and write any file: name another user in run_as`,
    );
}
