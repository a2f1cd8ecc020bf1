/** Messages that are almost right: what fuzzing feeds to decoders and to the server. */
import { create, toBinary } from '@bufbuild/protobuf';
import { AgentDisconnectSchema, AgentToServerSchema } from '../gen/opamp/v1/opamp_pb.ts';
import { instanceUidToBytes, newInstanceUid } from '../wire/instance-uid.ts';
import { describedAs } from './fake-agent.ts';
import { nestedHealth } from './nested-health.ts';

/** Numbers from 0 to below `limit`, the same sequence for the same seed (xorshift). */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 1;
  }

  roll(limit: number): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return (x >>> 0) % limit;
  }
}

const AGENTS = 50;

/** Whole messages with every part, of a few agents. */
export function seedMessages(): Uint8Array[] {
  const hash = Uint8Array.of(1, 2, 3);
  const settings = { lastConnectionSettingsHash: hash };
  return Array.from({ length: AGENTS }, (_, at) => {
    const message = create(AgentToServerSchema, {
      instanceUid: instanceUidToBytes(newInstanceUid()),
      sequenceNum: BigInt(at),
      capabilities: 0xffffn >> BigInt(at % 4),
      agentDescription: describedAs(`agent ${at}`, String(at)) ?? {},
      health: { healthy: true, componentHealthMap: { 'pipeline:x': { lastError: 'e' } } },
      effectiveConfig: { configMap: { configMap: { '': { body: Buffer.from('receivers: {}') } } } },
      remoteConfigStatus: { lastRemoteConfigHash: hash },
      packageStatuses: { packages: { p: { name: 'p', downloadDetails: { downloadPercent: 1 } } } },
      connectionSettingsRequest: { opamp: { certificateRequest: { csr: hash } } },
      customCapabilities: { capabilities: ['a.b'] },
      customMessage: { capability: 'a.b', type: 't', data: hash },
      availableComponents: { hash, components: { receivers: { subComponentMap: { otlp: {} } } } },
      connectionSettingsStatus: settings,
    });
    if (at % 5 === 0) message.agentDisconnect = create(AgentDisconnectSchema);
    return toBinary(AgentToServerSchema, message);
  });
}

/** One of the seeds with a few bytes changed, cut out, doubled, or with another one in it. */
export function mutate(seeds: readonly Uint8Array[], dice: Dice): Uint8Array {
  let bytes = Buffer.from(seeds[dice.roll(seeds.length)] ?? []);
  const changes = dice.roll(5);
  for (let change = 0; change < changes; change++) {
    const at = dice.roll(bytes.length + 1);
    const length = dice.roll(Math.min(24, bytes.length - at + 1));
    switch (dice.roll(6)) {
      case 0:
        if (at < bytes.length) bytes[at] = dice.roll(256);
        break;
      case 1:
        if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 << dice.roll(8));
        break;
      case 2:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
        break;
      case 3:
        bytes = Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)]);
        break;
      case 4: {
        const other = seeds[dice.roll(seeds.length)] ?? bytes;
        bytes = Buffer.concat([bytes.subarray(0, at), other.subarray(dice.roll(other.length))]);
        break;
      }
      default:
        bytes = bytes.subarray(0, at);
    }
  }
  return bytes;
}

/** As `mutate`, now and then with a tree that is far too deep. */
export function hostileMessage(seeds: readonly Uint8Array[], dice: Dice): Uint8Array {
  const mutated = mutate(seeds, dice);
  return dice.roll(2_000) === 0 ? Buffer.concat([mutated.subarray(0, 18), nestedHealth(200)]) : mutated;
}
