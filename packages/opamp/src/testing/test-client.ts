import { create } from '@bufbuild/protobuf';
import type { OpampClient, OpampClientOptions } from '../client/client-options.ts';
import { createOpampClient } from '../client/opamp-client.ts';
import { ComponentHealthSchema } from '../gen/opamp/v1/opamp_pb.ts';
import type { FakeServer } from './fake-server.ts';
import { Mailbox } from './mailbox.ts';

/** A callback that the client's host got. */
export interface ClientEvent {
  readonly kind: string;
  readonly args: readonly unknown[];
}

export interface TestClient extends AsyncDisposable {
  readonly client: OpampClient;
  readonly events: Mailbox<ClientEvent>;
}

const CALLBACKS = [
  'onConnect',
  'onConnectFailed',
  'onDisconnect',
  'onRemoteConfig',
  'onRestartCommand',
  'onNewInstanceUid',
  'onOpampConnectionSettings',
  'onCustomMessage',
  'onError',
] as const;

/** A started client whose callbacks are written down. It sends nothing of its own for an hour. */
export function startTestClient(
  server: FakeServer | string,
  options: Partial<OpampClientOptions> = {},
): TestClient {
  const events = new Mailbox<ClientEvent>();
  const callbacks = Object.fromEntries(
    CALLBACKS.map((kind) => [kind, (...args: unknown[]) => events.put({ kind, args })]),
  );
  const client = createOpampClient({
    url: typeof server === 'string' ? server : server.url,
    description: { identifying: { 'service.name': 'agent' } },
    capabilities: ['AcceptsRemoteConfig', 'ReportsRemoteConfig', 'ReportsHealth', 'AcceptsRestartCommand'],
    health: create(ComponentHealthSchema, { healthy: true }),
    heartbeatIntervalMs: 3_600_000,
    backoff: { initialMs: 1, maxMs: 5 },
    ...callbacks,
    ...options,
  });
  client.start();
  return {
    client,
    events,
    async [Symbol.asyncDispose]() {
      // Else the client would wait for answers that the test never gave.
      if (typeof server !== 'string') server.answerRest();
      await client.stop();
    },
  };
}
