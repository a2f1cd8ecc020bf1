import { type AgentToServer, AgentToServerSchema, ServerToAgentSchema } from '../gen/opamp/v1/opamp_pb.ts';
import { Counters } from '../server/counters.ts';
import { Engine } from '../server/engine.ts';
import { HostCalls } from '../server/host-calls.ts';
import { Problems } from '../server/problems.ts';
import { byteLength } from '../server/reply.ts';
import { AgentMessageScanner } from '../server/scan.ts';
import type { OpampServerHost } from '../server/server-options.ts';
import type { Link } from '../server/session.ts';
import { resolveSettings } from '../server/settings.ts';
import { decodeAgentToServer, decodeMessage } from '../wire/codec.ts';
import { unframe } from '../wire/frame.ts';
import { findFault } from '../wire/validate.ts';
import { compareFrameReaders } from './frame-readers.ts';
import { Dice, hostileMessage, seedMessages } from './mutated-messages.ts';
import { isWellFormed } from './well-formed.ts';

export interface FuzzOutcome {
  readonly messages: number;
  readonly accepted: number;
  readonly refused: Readonly<Record<string, number>>;
  readonly agents: number;
  /** What went wrong, with the bytes in hex; at most ten. */
  readonly failures: readonly string[];
}

const MAX_FAILURES = 10;
const MAX_AGENTS = 1_000;
const LINKS = 20;
/** One stream of WebSocket frames for so many messages. */
const MESSAGES_PER_STREAM = 10;

/** Mutated messages through scanner, generic decoder and session engine, and mutated frames through their reader. The same seed gives the same messages. */
export function fuzz(messages: number, seed: number): FuzzOutcome {
  const dice = new Dice(seed);
  const seeds = seedMessages();
  const { engine, counters, links } = startEngine();
  const scanner = new AgentMessageScanner();
  const failures: string[] = [];
  let accepted = 0;
  for (let count = 0; count < messages && failures.length < MAX_FAILURES; count++) {
    const bytes = hostileMessage(seeds, dice);
    try {
      unframe(bytes, 1 << 20);
      decodeMessage(ServerToAgentSchema, bytes);
      const problem = compareDecoders(scanner, bytes);
      if (problem !== undefined) throw new Error(problem);
      const difference = count % MESSAGES_PER_STREAM === 0 ? compareFrameReaders(dice) : undefined;
      if (difference !== undefined) throw new Error(difference);
      const link = links[dice.roll(links.length)] as Link;
      const outcome = engine.receive(link, bytes, 0);
      if (outcome.kind !== 'refused') accepted++;
      if (outcome.kind === 'reply') byteLength(outcome.pieces);
      if (dice.roll(200) === 0) engine.peerGone(link, 'closed');
      if (engine.roster.size > MAX_AGENTS)
        throw new Error(`${engine.roster.size} agents, the limit is ${MAX_AGENTS}`);
    } catch (error) {
      const text = error instanceof Error ? error.stack : String(error);
      failures.push(`${text}\n${Buffer.from(bytes).toString('hex')}`);
    }
  }
  if ((counters.errors.host_failed ?? 0) > 0) failures.push('a callback of the host threw');
  return { messages, accepted, refused: counters.errors, agents: engine.roster.size, failures };
}

/** The hand-written scanner must read what the generic decoder reads, and refuse nothing that it takes. */
function compareDecoders(scanner: AgentMessageScanner, bytes: Uint8Array): string | undefined {
  const decoded = decodeAgentToServer(bytes);
  const fault = findFault(AgentToServerSchema, bytes);
  if (fault === undefined && decoded.kind === 'bad_message')
    return `the validator takes what cannot be decoded: ${decoded.detail}`;
  const problem = scanner.scan(bytes, 0);
  if (decoded.kind === 'bad_message' || !isWellFormed(AgentToServerSchema, bytes)) return undefined;
  if (problem !== undefined) return `the scanner refuses what the decoder takes: ${problem}`;
  if (fault !== undefined) return `the validator refuses what can be decoded: ${fault}`;
  const { message } = decoded;
  const sequenceNum = (BigInt(scanner.sequenceHigh) << 32n) | BigInt(scanner.sequenceLow);
  if (message.sequenceNum !== sequenceNum)
    return `sequence_num ${message.sequenceNum} is read as ${sequenceNum}`;
  const capabilities = (BigInt(scanner.capabilitiesHigh) << 32n) | BigInt(scanner.capabilitiesLow);
  if (message.capabilities !== capabilities)
    return `capabilities ${message.capabilities} are read as ${capabilities}`;
  if (Buffer.compare(message.instanceUid, scanner.uid()) !== 0) return 'instance_uid is read differently';
  for (const { number, localName, fieldKind } of AgentToServerSchema.fields) {
    if (fieldKind !== 'message') continue;
    const isSet = message[localName as keyof AgentToServer] !== undefined;
    if (isSet !== scanner.has(number)) return `${localName} is read as ${isSet ? 'absent' : 'present'}`;
  }
  return undefined;
}

function startEngine() {
  const host: OpampServerHost = {
    offers: () => ({
      remoteConfig: Uint8Array.of(0x12, 1, 1),
      connectionSettings: Uint8Array.of(0x0a, 1, 1),
    }),
    hasComponents: () => false,
    components: () => undefined,
    customMessage: () => undefined,
  };
  const counters = new Counters();
  const problems = new Problems(host, counters);
  const settings = resolveSettings({
    capabilities: 0x7fn,
    host,
    maxAgents: MAX_AGENTS,
    customCapabilities: ['a.b'],
  });
  const engine = new Engine(settings, new HostCalls(host, problems), problems, counters, Date.now);
  const links = Array.from(
    { length: LINKS },
    (_, at): Link => ({
      transport: 'websocket',
      remoteAddress: `10.0.0.${at}`,
      credential: undefined,
      grant: undefined,
      session: undefined,
      sessions: undefined,
      isWritable: true,
      send: () => undefined,
      close: () => undefined,
    }),
  );
  return { engine, counters, links };
}
