import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import { AgentConfigMapSchema, AgentRemoteConfigSchema } from '../gen/opamp/v1/opamp_pb.ts';
import {
  type ConfigFile,
  configMapFromMessage,
  configMapToMessage,
  encodeRemoteConfig,
  remoteConfigHash,
} from './config-map.ts';

const file = (body: string, contentType = 'text/yaml', role?: string): ConfigFile => ({
  body: new Uint8Array(Buffer.from(body)),
  contentType,
  ...(role === undefined ? {} : { role }),
});
const hashOf = (entries: [string, ConfigFile][]) =>
  Buffer.from(remoteConfigHash(new Map(entries))).toString('hex');

test('files survive the wire, whatever their names and bodies', () => {
  const files = new Map([
    ['', file('a: 1\n')],
    ['__proto__', file('b')],
    ['constructor', file('c', '')],
    [
      'x',
      { body: Uint8Array.of(0xff, 0, 0xfe), contentType: 'application/octet-stream', role: 'supplemental' },
    ],
  ]);
  const bytes = toBinary(AgentConfigMapSchema, configMapToMessage(files));
  expect(configMapFromMessage(fromBinary(AgentConfigMapSchema, bytes))).toEqual(files);
  expect(Object.getPrototypeOf({})).toBe(Object.prototype);
});

test('an encoded remote config has its files and hash', () => {
  const message = fromBinary(
    AgentRemoteConfigSchema,
    encodeRemoteConfig(new Map([['', file('a')]]), Uint8Array.of(1)),
  );
  expect(message.configHash).toEqual(Uint8Array.of(1));
  expect(message.config && configMapFromMessage(message.config)).toEqual(new Map([['', file('a')]]));
});

test('an empty set of files is a config map, not its absence', () => {
  expect(
    fromBinary(AgentRemoteConfigSchema, encodeRemoteConfig(new Map(), Uint8Array.of(1))).config,
  ).toBeDefined();
});

test('the hash does not depend on the order of the files', () => {
  expect(
    hashOf([
      ['a', file('1')],
      ['b', file('2')],
    ]),
  ).toBe(
    hashOf([
      ['b', file('2')],
      ['a', file('1')],
    ]),
  );
});

test('names, bodies, content types and roles each make another hash', () => {
  const hashes = [
    hashOf([]),
    hashOf([['a', file('bc')]]),
    hashOf([['ab', file('c')]]),
    hashOf([['a', file('b', 'c')]]),
    hashOf([['a', file('b', '', 'c')]]),
    hashOf([['', file('abc', '')]]),
    hashOf([
      ['a', file('b', '')],
      ['c', file('', '')],
    ]),
    hashOf([
      ['a', file('', '')],
      ['b', file('c', '')],
    ]),
  ];
  expect(new Set(hashes).size).toBe(hashes.length);
});

test('the hash is stable over releases', () => {
  expect(hashOf([['', file('a: 1\n')]])).toMatchInlineSnapshot(
    `"9eb2280a691d5f4228f4992927f79fb492dbc7eae9d8118fc1391f11a4f2f977"`,
  );
});
