// @elastic/mockopampserver. It writes each request to standard output, one JSON object a line, and takes from its
// standard input what it is to offer: offer NAME CONTENT_TYPE TEXT.
import { createInterface } from 'node:readline';
import { MockOpAMPServer } from '@elastic/mockopampserver';

const server = new MockOpAMPServer({ hostname: '127.0.0.1', port: 0, logLevel: 'fatal', testMode: true });
const toJson = (_key, value) => {
  if (typeof value === 'bigint') return Number(value);
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;
};
const say = (facts) => process.stdout.write(`${JSON.stringify(facts, toJson)}\n`);

await server.start();
say({ event: 'ready', endpoint: server.endpoint });
let told = 0;
setInterval(() => {
  const requests = server.testGetRequests();
  for (const { req, res, a2s, s2a } of requests.slice(told)) {
    say({ event: 'message', status: res?.statusCode, headers: req.headers, message: a2s, reply: s2a });
  }
  told = requests.length;
}, 50);

for await (const line of createInterface({ input: process.stdin })) {
  const [word, name, contentType, text] = line.split(/ (\S+) (\S+) (.*)/s);
  if (word === 'offer') {
    server.setAgentConfigMap({ configMap: { [name]: { body: Buffer.from(text), contentType } } });
  }
  if (word === 'stop') break;
}
process.exit(0);
