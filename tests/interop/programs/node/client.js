// An agent on @elastic/opamp-client-node that does what its standard input says and writes what happens to it to
// standard output, one JSON object a line. Arguments and configurations: see ../go/client/main.go.
import { subscribe } from 'node:diagnostics_channel';
import { createInterface } from 'node:readline';
import {
  AgentCapabilities,
  createOpAMPClient,
  DIAG_CH_SEND_FAIL,
  DIAG_CH_SEND_SUCCESS,
  RemoteConfigStatuses,
} from '@elastic/opamp-client-node';

const options = Object.fromEntries(process.argv.slice(2).map((argument) => argument.split(/=(.*)/s)));
const hex = (bytes) => Buffer.from(bytes).toString('hex');
const say = (event, facts = {}) => process.stdout.write(`${JSON.stringify({ event, ...facts })}\n`);

function received({ remoteConfig }) {
  if (remoteConfig === undefined) return;
  const files = {};
  let isRefused = false;
  for (const [name, { body, contentType }] of Object.entries(remoteConfig.config?.configMap ?? {})) {
    const text = Buffer.from(body).toString('utf8');
    files[name] = { body: text, contentType };
    isRefused ||= text.includes('REFUSE');
  }
  say('config', { hash: hex(remoteConfig.configHash), files });
  client.setRemoteConfigStatus({
    status: isRefused
      ? RemoteConfigStatuses.RemoteConfigStatuses_FAILED
      : RemoteConfigStatuses.RemoteConfigStatuses_APPLIED,
    lastRemoteConfigHash: remoteConfig.configHash,
    errorMessage: isRefused ? 'refused by the test agent' : '',
  });
}

const client = createOpAMPClient({
  endpoint: options.url,
  instanceUid: Buffer.from(options.uid, 'hex'),
  heartbeatIntervalSeconds: Number(options.heartbeatMs) / 1000,
  capabilities:
    AgentCapabilities.AgentCapabilities_AcceptsRemoteConfig |
    AgentCapabilities.AgentCapabilities_ReportsRemoteConfig,
  onMessage: received,
  diagEnabled: true,
});
let uid = options.uid;
subscribe(DIAG_CH_SEND_SUCCESS, () => {
  const now = hex(client.getInstanceUid());
  if (now !== uid) say('new-uid', { uid: now });
  uid = now;
  say('connected');
});
subscribe(DIAG_CH_SEND_FAIL, ({ err }) => say('connect-failed', { error: String(err) }));
const describe = (version) =>
  client.setAgentDescription({
    identifyingAttributes: {
      'service.name': options.service,
      'service.instance.id': options.instance,
      'service.version': version,
    },
    nonIdentifyingAttributes: { 'os.type': 'linux' },
  });
describe('1.0.0');
client.start();

for await (const line of createInterface({ input: process.stdin })) {
  const [word, rest] = line.split(/ (.*)/s);
  if (word === 'version') describe(rest);
  if (word === 'stop') {
    await client.shutdown();
    say('stopped');
    break;
  }
}
process.exit(0);
