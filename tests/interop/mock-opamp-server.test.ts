import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type OurAgent, startOurAgent } from './support/our-agent.ts';
import { type PeerEvent, PeerProcess } from './support/peer-process.ts';
import { type Command, NODE_SERVER } from './support/recipes.ts';
import { describeWithTools } from './support/requirements.ts';

interface Message {
  readonly sequenceNum: number;
  readonly agentDescription?: object;
  readonly remoteConfigStatus?: { readonly status: number };
  readonly agentDisconnect?: object;
}

const APPLIED = 1;
const message = (event: PeerEvent): Message => event.message as Message;

describeWithTools('our client against @elastic/mockopampserver 0.5.0', NODE_SERVER.tools, () => {
  let command: Command;
  let server: PeerProcess;
  let agent: OurAgent;

  beforeAll(async () => {
    command = await NODE_SERVER.ready();
  }, 900_000);
  beforeEach(async () => {
    server = new PeerProcess(command);
    const { endpoint } = await server.until('ready');
    agent = startOurAgent(String(endpoint), 200);
    await server.until('message');
  });
  afterEach(async () => {
    await agent?.client.stop();
    await server?.[Symbol.asyncDispose]();
  });

  test('polls in order, with everything in the first message and a goodbye in the last', async () => {
    await server.until('message', 3);
    await agent.client.stop();
    await server.until('message', 1, (event) => message(event).agentDisconnect !== undefined);
    const messages = server.all('message');
    expect(messages.map((event) => event.status)).toEqual(messages.map(() => 200));
    expect(messages.map((event) => message(event).sequenceNum)).toEqual(
      messages.map((_event, index) => index + 1),
    );
    // It asks a new agent without a configuration status for full state, once; ours has none before its first configuration.
    const whole = messages.filter((event) => message(event).agentDescription !== undefined);
    expect(whole.length).toBeLessThanOrEqual(2);
    expect(agent.errors).toEqual([]);
  });

  test('applies what is offered once', async () => {
    server.tell('offer elastic application/json {"logging_level":"debug"}');
    await server.until('message', 1, (event) => message(event).remoteConfigStatus?.status === APPLIED);
    await server.until('message', server.all('message').length + 2);
    expect(agent.configs).toEqual([
      { elastic: { body: '{"logging_level":"debug"}', contentType: 'application/json' } },
    ]);
  });
});
