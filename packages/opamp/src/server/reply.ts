/**
 * ServerToAgent put together by hand: an offer is encoded once for all agents and goes out behind the few bytes that
 * are the agent's own.
 */
import { create, toBinary } from '@bufbuild/protobuf';
import {
  RetryInfoSchema,
  type ServerErrorResponse,
  ServerErrorResponseSchema,
  ServerErrorResponseType,
  ServerToAgentSchema,
} from '../gen/opamp/v1/opamp_pb.ts';
import type { Offers } from './server-options.ts';

export const REPORT_FULL_STATE = 0x1;
export const REPORT_AVAILABLE_COMPONENTS = 0x2;

const TAG_UID = 0x0a;
const TAG_REMOTE_CONFIG = 0x1a;
const TAG_CONNECTION_SETTINGS = 0x22;
const TAG_PACKAGES_AVAILABLE = 0x2a;
const TAG_FLAGS = 0x30;
const TAG_CAPABILITIES = 0x38;
const TAG_AGENT_IDENTIFICATION = 0x42;
const TAG_COMMAND = 0x4a;
const TAG_CUSTOM_CAPABILITIES = 0x52;
const TAG_CUSTOM_MESSAGE = 0x5a;

/** What a reply or push says beside the agent's uid. Zero flags and capabilities are left out, as proto3 does. */
export interface ReplyContent {
  readonly flags: number;
  readonly capabilities: bigint;
  /** 16 bytes for agent_identification. */
  readonly newUid: Uint8Array | undefined;
  readonly offers: Offers | undefined;
  /** Encoded CustomCapabilities. */
  readonly customCapabilities?: Uint8Array | undefined;
  /** Encoded CustomMessage. */
  readonly customMessage?: Uint8Array | undefined;
}

/** A message as pieces to be written one after the other; offers are the host's own bytes, not copies. */
export type Pieces = readonly Uint8Array[];

/** `uid` goes out exactly as the agent sent it (specification: ServerToAgent.instance_uid). */
export function assembleReply(uid: Uint8Array, content: ReplyContent): Pieces {
  const head: number[] = [TAG_UID];
  pushVarint(head, uid.length);
  for (const byte of uid) head.push(byte);
  if (content.flags !== 0) head.push(TAG_FLAGS, content.flags);
  if (content.capabilities !== 0n) {
    head.push(TAG_CAPABILITIES);
    pushVarint(head, content.capabilities);
  }
  if (content.newUid !== undefined) {
    // AgentIdentification{new_instance_uid}: a message of 18 bytes, whose field 1 has 16.
    head.push(TAG_AGENT_IDENTIFICATION, 18, TAG_UID, 16, ...content.newUid);
  }
  const { offers } = content;
  // Restart is enum value 0, so the command is an empty message (specification: ServerToAgentCommand Message).
  if (offers?.restart === true) head.push(TAG_COMMAND, 0);
  const pieces: Uint8Array[] = [Uint8Array.from(head)];
  addField(pieces, TAG_REMOTE_CONFIG, offers?.remoteConfig);
  addField(pieces, TAG_CONNECTION_SETTINGS, offers?.connectionSettings);
  addField(pieces, TAG_PACKAGES_AVAILABLE, offers?.packagesAvailable);
  addField(pieces, TAG_CUSTOM_CAPABILITIES, content.customCapabilities);
  addField(pieces, TAG_CUSTOM_MESSAGE, content.customMessage);
  return pieces;
}

/** An error excludes every other field but the uid (specification: ServerToAgent.error_response). */
export function assembleBadRequest(uid: Uint8Array, detail: string): Uint8Array {
  return assembleError(uid, ServerErrorResponseType.ServerErrorResponseType_BadRequest, detail);
}

/** Says that the message may be sent again later (specification: ServerErrorResponse.type). */
export function assembleUnavailable(uid: Uint8Array, detail: string, retryAfterMs: number): Uint8Array {
  return assembleError(
    uid,
    ServerErrorResponseType.ServerErrorResponseType_Unavailable,
    detail,
    BigInt(Math.ceil(retryAfterMs)) * 1_000_000n,
  );
}

function assembleError(
  instanceUid: Uint8Array,
  type: ServerErrorResponseType,
  errorMessage: string,
  retryAfterNanoseconds?: bigint,
): Uint8Array {
  const Details: ServerErrorResponse['Details'] =
    retryAfterNanoseconds === undefined
      ? { case: undefined }
      : { case: 'retryInfo', value: create(RetryInfoSchema, { retryAfterNanoseconds }) };
  const errorResponse = create(ServerErrorResponseSchema, { type, errorMessage, Details });
  return toBinary(ServerToAgentSchema, create(ServerToAgentSchema, { instanceUid, errorResponse }));
}

export function byteLength(pieces: Pieces): number {
  let length = 0;
  for (const piece of pieces) length += piece.length;
  return length;
}

function addField(pieces: Uint8Array[], tag: number, body: Uint8Array | undefined): void {
  if (body === undefined) return;
  const head = [tag];
  pushVarint(head, body.length);
  pieces.push(Uint8Array.from(head), body);
}

/** Numbers up to this are written without a bigint. */
const MAX_SMALL = 0x7fffffff;

function pushVarint(bytes: number[], value: number | bigint): void {
  let rest = value;
  while (typeof rest === 'number') {
    if (rest <= 0x7f) {
      bytes.push(rest);
      return;
    }
    if (rest > MAX_SMALL) {
      rest = BigInt(rest);
      break;
    }
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
}
