// The leanest sensible control plane on @drover/opamp: the last state of each agent in memory, no storage. It is to the
// library what go/lean is to opamp-go's. POST /push on its HTTP port makes the body everybody's remote configuration.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { decodeMessage, encodeRemoteConfig, RemoteConfigStatusSchema, remoteConfigHash } from '@drover/opamp';
import { type AgentSession, createOpampServer } from '@drover/opamp/server';

const CAPABILITIES = 0x7n;

const { values } = parseArgs({
  options: {
    'opamp-listen': { type: 'string', default: '' },
    'http-listen': { type: 'string', default: '' },
  },
});

let desired: { readonly hash: Uint8Array; readonly encoded: Uint8Array } | undefined;
const reportedHashes = new WeakMap<AgentSession, Uint8Array>();

const opamp = createOpampServer({
  capabilities: CAPABILITIES,
  host: {
    reported(session, changed) {
      const status = session.parts.remoteConfigStatus;
      if (!changed.has('remoteConfigStatus') || status === undefined) return;
      const decoded = decodeMessage(RemoteConfigStatusSchema, status);
      if (decoded.kind === 'message') reportedHashes.set(session, decoded.message.lastRemoteConfigHash);
    },
    offers(session) {
      if (desired === undefined) return undefined;
      const reported = reportedHashes.get(session);
      if (reported !== undefined && Buffer.compare(reported, desired.hash) === 0) return undefined;
      return { remoteConfig: desired.encoded };
    },
  },
});

function push(body: Buffer): void {
  const files = new Map([['', { body: new Uint8Array(body), contentType: 'text/yaml' }]]);
  const hash = remoteConfigHash(files);
  desired = { hash, encoded: encodeRemoteConfig(files, hash) };
  opamp.push(Array.from(opamp.sessions(), ({ instanceUid }) => instanceUid));
}

const agents = createServer({ keepAliveTimeout: 75_000 });
opamp.attach(agents);
const control = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    response.writeHead(202).end();
    push(Buffer.concat(chunks));
  });
});

function portOf(address: string): number {
  return Number(address.split(':').at(-1) ?? 0);
}

agents.listen(portOf(values['opamp-listen']), '127.0.0.1', 4096, () => {
  control.listen(portOf(values['http-listen']), '127.0.0.1', () => {
    const [opampPort, httpPort] = [agents, control].map((server) => (server.address() as AddressInfo).port);
    const ready = {
      msg: 'ready',
      opamp: `ws://127.0.0.1:${opampPort}/v1/opamp`,
      http: `http://127.0.0.1:${httpPort}`,
      pid: process.pid,
    };
    process.stdout.write(`${JSON.stringify(ready)}\n`);
  });
});
process.on('SIGTERM', () => {
  control.close();
  void opamp.drain(0).then(() => process.exit(0));
});
