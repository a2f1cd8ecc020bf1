import { SYNCED_FIELDS, type SyncedPart } from './synced-state.ts';

const REQUEST_INSTANCE_UID = 1;
const FIELD_AGENT_DISCONNECT = 9;
const FIELD_SETTINGS_REQUEST = 11;
const FIELD_CUSTOM_MESSAGE = 13;

/** What goes into one AgentToServer. */
export interface AgentMessageContent {
  readonly uid: Uint8Array;
  readonly sequenceNum: bigint;
  readonly capabilities: bigint;
  readonly requestsUid: boolean;
  readonly isGoodbye: boolean;
  readonly parts: ReadonlyMap<SyncedPart, Uint8Array>;
  /** Encoded ConnectionSettingsRequest. */
  readonly settingsRequest?: Uint8Array | undefined;
  /** Encoded CustomMessage. */
  readonly customMessage?: Uint8Array | undefined;
}

/** AgentToServer from parts that are encoded already. */
export function assembleAgentMessage(content: AgentMessageContent): Uint8Array {
  const head: number[] = [0x0a, content.uid.length, ...content.uid];
  if (content.sequenceNum !== 0n) {
    head.push(0x10);
    pushVarint(head, content.sequenceNum);
  }
  head.push(0x20);
  pushVarint(head, content.capabilities);
  if (content.requestsUid) head.push(0x50, REQUEST_INSTANCE_UID);
  if (content.isGoodbye) head.push((FIELD_AGENT_DISCONNECT << 3) | 2, 0);
  const pieces: Uint8Array[] = [Uint8Array.from(head)];
  for (const [part, encoding] of content.parts) addField(pieces, SYNCED_FIELDS[part], encoding);
  addField(pieces, FIELD_SETTINGS_REQUEST, content.settingsRequest);
  addField(pieces, FIELD_CUSTOM_MESSAGE, content.customMessage);
  return pieces.length === 1 ? Uint8Array.from(head) : Buffer.concat(pieces);
}

function addField(pieces: Uint8Array[], field: number, encoding: Uint8Array | undefined): void {
  if (encoding === undefined) return;
  const head = [(field << 3) | 2];
  pushVarint(head, BigInt(encoding.length));
  pieces.push(Uint8Array.from(head), encoding);
}

function pushVarint(bytes: number[], value: bigint): void {
  let rest = value;
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
}
