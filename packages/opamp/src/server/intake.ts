import { AvailableComponentsSchema } from '../gen/opamp/v1/opamp_pb.ts';
import { decodeMessage } from '../wire/codec.ts';
import { findFault } from '../wire/validate.ts';
import { encodeHashOnly, hasComponentMap, hashOfHashOnly } from './component-report.ts';
import { FIELD_COMPONENTS, FIELD_DESCRIPTION, ONE_SHOTS, PARTS, type Part, promisedFields } from './parts.ts';
import type { AgentMessageScanner } from './scan.ts';
import { judgeSequence, type MessageFacts, type SequenceVerdict } from './sequence.ts';
import type { PartName } from './server-options.ts';
import type { Peer, Session } from './session.ts';

/** A part that is replaced is freed with the last of those that share its buffer, so that only small ones do. */
const MAX_SHARED_BYTES = 1024;
const NO_PARTS: ReadonlySet<PartName> = new Set();
/** A changed status is the agent's answer to an offer, after which the same offer may be repeated at once. */
const STATUS_PARTS: readonly PartName[] = [
  'remoteConfigStatus',
  'packageStatuses',
  'connectionSettingsStatus',
];

/**
 * True for a message that says nothing new on a WebSocket in good order: it costs no allocation, no callback and no
 * more than an update of the number.
 */
export function isQuietHeartbeat(session: Session, peer: Peer, message: AgentMessageScanner): boolean {
  return (
    message.present === 0 &&
    session.link === peer &&
    message.sequenceLow === session.sequenceLow + 1 &&
    message.sequenceHigh === session.sequenceHigh &&
    message.flags === 0 &&
    session.isGreeted &&
    !session.isOfferDue &&
    session.fullState !== 'needed' &&
    hasSameCapabilities(session, message) &&
    message.hasUid(session.wireUid)
  );
}

/** What differs from what is stored. */
export interface Changes {
  readonly parts: readonly Part[];
  /** A whole set of components; its encoding is the message's slice. */
  readonly components: { readonly hash: Uint8Array; readonly hashOnly: Uint8Array } | undefined;
}

const NO_CHANGES: Changes = { parts: [], components: undefined };

/**
 * The changes, or what is wrong with one of the parts. Nothing is applied yet. With `splitsComponents` a whole set of
 * components is taken for its hash.
 */
export function changedParts(
  session: Session | undefined,
  message: AgentMessageScanner,
  splitsComponents: boolean,
): Changes | string {
  if (message.present === 0) return NO_CHANGES;
  const changed: Part[] = [];
  let components: Changes['components'];
  for (const part of PARTS) {
    if (!message.has(part.field)) continue;
    const bytes = message.slice(part.field);
    const stored = session?.parts[part.name];
    if (isSame(stored, bytes) && !isAnswerToOffer(session, part.name)) continue;
    const fault = findFault(part.schema, bytes);
    if (fault !== undefined) return `${part.schema.name}: ${fault}`;
    if (splitsComponents && part.field === FIELD_COMPONENTS) {
      components = setOf(bytes);
      if (components !== undefined && isSame(stored, components.hashOnly)) continue;
    }
    changed.push(part);
  }
  for (const { field, schema } of ONE_SHOTS) {
    if (!message.has(field)) continue;
    const fault = findFault(schema, message.slice(field));
    if (fault !== undefined) return `${schema.name}: ${fault}`;
  }
  return { parts: changed, components };
}

/** A set without a hash cannot be told from another one: it stays a part as it came. */
function setOf(bytes: Uint8Array): Changes['components'] {
  if (hashOfHashOnly(bytes) !== undefined) return undefined;
  const decoded = decodeMessage(AvailableComponentsSchema, bytes);
  if (decoded.kind === 'bad_message') return undefined;
  const { message } = decoded;
  if (message.hash.length === 0 || !hasComponentMap(message)) return undefined;
  return { hash: new Uint8Array(message.hash), hashOnly: encodeHashOnly(message.hash) };
}

function isSame(stored: Uint8Array | undefined, bytes: Uint8Array): boolean {
  return stored !== undefined && stored.length === bytes.length && Buffer.compare(stored, bytes) === 0;
}

/** The agent's word on a configuration that it was offered once more counts, also when it is the same as before. */
function isAnswerToOffer(session: Session | undefined, name: PartName): boolean {
  return name === 'remoteConfigStatus' && session?.lastOffers?.remoteConfig !== undefined;
}

/** Stores own copies of the changed parts; a part replaces what was there (specification: Agent Status Compression). */
export function storeParts(
  session: Session,
  message: AgentMessageScanner,
  { parts, components }: Changes,
): ReadonlySet<PartName> {
  if (parts.length === 0) return NO_PARTS;
  const names = new Set<PartName>();
  const shelf = shelfFor(parts, message);
  let used = 0;
  for (const { name, field } of parts) {
    const bytes = message.slice(field);
    if (field === FIELD_COMPONENTS && components !== undefined) session.parts[name] = components.hashOnly;
    else if (bytes.length > MAX_SHARED_BYTES) session.parts[name] = new Uint8Array(bytes);
    else {
      shelf.set(bytes, used);
      session.parts[name] = shelf.subarray(used, used + bytes.length);
      used += bytes.length;
    }
    names.add(name);
  }
  if (STATUS_PARTS.some((name) => names.has(name))) session.lastOffers = undefined;
  return names;
}

/** One buffer for the small parts of a message: each buffer of its own costs more than its content. */
function shelfFor(parts: readonly Part[], message: AgentMessageScanner): Uint8Array {
  let length = 0;
  for (const { field } of parts) {
    const bytes = message.slice(field);
    if (bytes.length <= MAX_SHARED_BYTES) length += bytes.length;
  }
  return new Uint8Array(length);
}

/** How many parts came whose capability the agent does not announce. */
export function countUnannounced(session: Session, message: AgentMessageScanner): number {
  if (message.present === 0) return 0;
  let count = 0;
  for (const { field, capability } of PARTS) {
    if (capability !== 0 && message.has(field) && (session.capabilitiesLow & capability) === 0) count++;
  }
  return count;
}

/** Takes over the message's capabilities; 0 means that they are not restated. Returns whether they changed. */
export function takeCapabilities(session: Session, message: AgentMessageScanner): boolean {
  if (hasSameCapabilities(session, message)) return false;
  session.capabilitiesLow = message.capabilitiesLow;
  session.capabilitiesHigh = message.capabilitiesHigh;
  return true;
}

/** Judges the sequence number and remembers it. A message that holds nothing but a uid is not numbered. */
export function takeSequence(session: Session, message: AgentMessageScanner): SequenceVerdict {
  const { sequenceLow, sequenceHigh } = message;
  if (isBare(message)) return 'continues';
  const verdict = session.hasSequence
    ? judgeSequence(session.sequenceLow, session.sequenceHigh, sequenceLow, sequenceHigh)
    : 'continues';
  session.hasSequence = true;
  session.sequenceLow = sequenceLow;
  session.sequenceHigh = sequenceHigh;
  return verdict;
}

/** What the message says of the completeness of what is known; `isUnknown` is how the agent stood before it. */
export function messageFacts(
  session: Session,
  message: AgentMessageScanner,
  isUnknown: boolean,
  verdict: SequenceVerdict,
): MessageFacts {
  const promised = promisedFields(session.capabilitiesLow);
  return {
    isUnknown,
    verdict,
    carriesAnyPart: message.present !== 0,
    carriesDescription: message.has(FIELD_DESCRIPTION),
    carriesAll: (message.present & promised) === promised,
    isStart: message.sequenceHigh === 0 && message.sequenceLow <= 1,
  };
}

/** HTTP polls of some clients hold the uid only, against the rule that capabilities are always set. */
function isBare(message: AgentMessageScanner): boolean {
  return (
    message.present === 0 &&
    message.sequenceLow === 0 &&
    message.sequenceHigh === 0 &&
    message.capabilitiesLow === 0 &&
    message.capabilitiesHigh === 0
  );
}

function hasSameCapabilities(session: Session, message: AgentMessageScanner): boolean {
  const { capabilitiesLow, capabilitiesHigh } = message;
  if (capabilitiesLow === 0 && capabilitiesHigh === 0) return true;
  return capabilitiesLow === session.capabilitiesLow && capabilitiesHigh === session.capabilitiesHigh;
}
