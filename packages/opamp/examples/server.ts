// A control plane: offers one configuration to every agent that does not have it. node server.ts [port]
import { encodeRemoteConfig, remoteConfigHash, SERVER_CAPABILITIES } from '@drover/opamp';
import { createOpampServer, listenForAgents, reportedHashes } from '@drover/opamp/server';

const files = new Map([['', { body: Buffer.from('receivers: {}\n'), contentType: 'text/yaml' }]]);
const hash = remoteConfigHash(files);
const remoteConfig = encodeRemoteConfig(files, hash);

const opamp = createOpampServer({
  capabilities: SERVER_CAPABILITIES.OffersRemoteConfig,
  host: {
    reported: ({ instanceUid }, changed) => console.log(instanceUid, 'reported', ...changed),
    offers: ({ parts }) =>
      Buffer.compare(reportedHashes(parts).remoteConfig ?? Buffer.of(), hash) === 0
        ? undefined
        : { remoteConfig },
    problem: ({ code, detail }) => console.warn(code, detail),
  },
});
const { port, close } = await listenForAgents(opamp, { port: Number(process.argv[2] ?? 4320) });
console.log(`listening on ws://127.0.0.1:${port}/v1/opamp and http://127.0.0.1:${port}/v1/opamp`);
process.once('SIGTERM', () => close());
