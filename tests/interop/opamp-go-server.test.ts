import { afterEach, beforeAll, expect, test } from 'vitest';
import { type OurAgent, startOurAgent } from './support/our-agent.ts';
import { type PeerEvent, PeerProcess } from './support/peer-process.ts';
import { type Command, GO_SERVER } from './support/recipes.ts';
import { describeWithTools } from './support/requirements.ts';

interface Reported {
  readonly agentDescription?: object;
  readonly effectiveConfig?: object;
  readonly health?: { readonly healthy?: boolean };
  readonly remoteConfigStatus?: { readonly status?: string; readonly errorMessage?: string };
  readonly agentDisconnect?: object;
}

const message = (event: PeerEvent): Reported => event.message as Reported;

describeWithTools("our client against opamp-go's server library 0.23.0", GO_SERVER.tools, () => {
  let command: Command;
  let server: PeerProcess;
  let agent: OurAgent;

  beforeAll(async () => {
    command = await GO_SERVER.ready();
  }, 900_000);
  afterEach(async () => {
    await agent?.client.stop();
    await server?.[Symbol.asyncDispose]();
  });

  async function connect(
    transport: 'ws' | 'http',
    heartbeatMs = transport === 'ws' ? 30_000 : 200,
  ): Promise<void> {
    server = new PeerProcess(command);
    const { address } = await server.until('ready');
    agent = startOurAgent(`${transport}://${address}/v1/opamp`, heartbeatMs);
    await server.until('message');
  }

  test.each(['ws', 'http'] as const)(
    'tells all of itself first and says goodbye at the end over %s',
    async (transport) => {
      await connect(transport);
      const first = await server.until('message');
      expect(first).toMatchObject({ uid: agent.client.instanceUid.replaceAll('-', ''), sequence: 1 });
      expect(message(first)).toMatchObject({
        agentDescription: {},
        effectiveConfig: {},
        health: { healthy: true },
      });
      await agent.until('it is connected', () => agent.client.isConnected);
      await agent.client.stop();
      await server.until('message', 1, (event) => message(event).agentDisconnect !== undefined);
      if (transport === 'ws') await server.until('closed');
    },
  );

  test.each(['ws', 'http'] as const)(
    'applies what is offered once and reports a refusal over %s',
    async (transport) => {
      await connect(transport);
      server.tell('offer main text/yaml receivers: {}');
      await server.until(
        'message',
        1,
        (event) => message(event).remoteConfigStatus?.status === 'RemoteConfigStatuses_APPLIED',
      );
      expect(agent.configs).toEqual([{ main: { body: 'receivers: {}', contentType: 'text/yaml' } }]);
      server.tell('offer main text/yaml REFUSE');
      const failed = await server.until(
        'message',
        1,
        (event) => message(event).remoteConfigStatus?.status === 'RemoteConfigStatuses_FAILED',
      );
      expect(message(failed).remoteConfigStatus?.errorMessage).toBe('refused by the test agent');
      expect(agent.configs).toHaveLength(2);
    },
  );

  test.each(['ws', 'http'] as const)(
    'reports everything when it is asked to, and only then, over %s',
    async (transport) => {
      await connect(transport);
      agent.client.setHealth({ ...agent.health, healthy: false });
      const compressed = await server.until(
        'message',
        1,
        (event) => message(event).health !== undefined && message(event).health?.healthy !== true,
      );
      expect(message(compressed).agentDescription).toBeUndefined();
      server.tell('full-state');
      await server.until('message', 2, (event) => message(event).agentDescription !== undefined);
    },
  );

  test.each(['ws', 'http'] as const)('takes a new uid at once over %s', async (transport) => {
    await connect(transport);
    const uid = '0197fd2a5b6c7d8e9fa0b1c2d3e4f506';
    server.tell(`new-uid ${uid}`);
    await server.until('message', 1, (event) => event.uid === uid);
    expect(agent.client.instanceUid.replaceAll('-', '')).toBe(uid);
  });

  test.each(['ws', 'http'] as const)(
    'hands a restart over, and goes on after a server that was unavailable, over %s',
    async (transport) => {
      await connect(transport);
      server.tell('restart');
      await agent.until('the restart arrived', () => agent.restarts === 1);
      server.tell('unavailable');
      await agent.until('the error was told', () => agent.errors.length > 0);
      agent.client.setHealth({ ...agent.health, healthy: false, lastError: 'after the break' });
      await server.until('message', 1, (event) => JSON.stringify(event.message).includes('after the break'));
    },
  );

  test('comes back when its socket is cut', async () => {
    await connect('ws');
    server.tell('close');
    await server.until('opened', 2);
    await agent.until('it is connected again', () => agent.client.isConnected);
  });
});
