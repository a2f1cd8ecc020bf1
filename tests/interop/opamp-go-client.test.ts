import { expect, test } from 'vitest';
import { type ClientBench, describeReleasedClient } from './support/client-suite.ts';
import { GO_CLIENT } from './support/recipes.ts';
import { isDescribed, type ReleasedClient } from './support/released-agent.ts';

const OPAMP_GO = {
  peer: GO_CLIENT,
  capabilities: [
    'ReportsStatus',
    'AcceptsRemoteConfig',
    'ReportsEffectiveConfig',
    'ReportsRemoteConfig',
    'ReportsHealth',
    'ReportsHeartbeat',
    'AcceptsRestartCommand',
    'ReportsAvailableComponents',
  ],
  contentType: 'text/yaml',
} satisfies Partial<ReleasedClient>;

describeReleasedClient(
  {
    ...OPAMP_GO,
    name: 'opamp-go 0.23.0 over WebSocket',
    transport: 'websocket',
    goodbye: 'agent_disconnect',
  },
  describeFullClient,
);
describeReleasedClient(
  {
    ...OPAMP_GO,
    name: 'opamp-go 0.23.0 over HTTP',
    transport: 'http',
    asksForGzip: true,
    goodbye: 'silence',
  },
  describeFullClient,
);

/** What only this library offers of the protocol. */
function describeFullClient(bench: () => ClientBench): void {
  test('shows its health, components and a new description, and restarts when it is told to', async () => {
    const { plane, start } = bench();
    await using agent = await start();
    agent.process.tell('unhealthy disk full');
    const ill = await agent.shown('it is unhealthy', ({ health }) => health?.healthy === false);
    expect(ill.health).toMatchObject({ status: 'running', lastError: 'disk full' });
    expect(ill.health?.startedAt).not.toBeNull();
    expect(ill.availableComponents).not.toBeNull();
    expect(ill.customCapabilities).toEqual(['dev.drover.interop']);
    agent.process.tell('version 2.0.0');
    await agent.shown(
      'the new version',
      ({ description }) => description.identifying['service.version'] === '2.0.0',
    );
    await plane.api.commandAgent(agent.uid, { type: 'restart' });
    await agent.process.until('restart');
    // A message of a capability that the control plane does not have is no reason to stop.
    agent.process.tell('custom hello');
    agent.process.tell('healthy');
    await agent.shown('it is healthy again', ({ health }) => health?.healthy === true);
    await agent.expectQuiet();
    expect(agent.process.all('restart')).toHaveLength(1);
  });

  test('is given the uid that it asks for, and is one agent under that', async () => {
    const { plane, start } = bench();
    await using agent = await start({ asksForUid: true });
    const { uid } = await agent.process.until('new-uid');
    agent.process.tell('version 2.0.0');
    const hex = String(uid);
    const dashed = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    const shown = await plane.agent(dashed, 'it is listed under its new uid', isDescribed);
    expect(shown.description.identifying['service.instance.id']).toBe(agent.uid);
    const { items } = await plane.api.listAgents({ selector: `service.instance.id="${agent.uid}"` });
    expect(items.map(({ instanceUid }) => instanceUid)).toEqual([dashed]);
    await agent.expectQuiet();
  });
}
