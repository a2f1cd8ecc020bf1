import {
  AgentRemoteConfigSchema,
  type ConfigFile,
  configMapFromMessage,
  create,
  decodeMessage,
  encodeMessage,
  RemoteConfigStatusSchema,
} from '@drover/opamp';
import type { CustomMessageInit } from '@drover/opamp/client';

/** The custom capability by which a server asks whether an agent's program would run a configuration. Documented in docs/reference/validate-capability.md. */
export const VALIDATE_CAPABILITY = 'dev.drover.validate/1';

const REQUEST_TYPE = 'validate';
/** An id is made up by the server, and sent back. */
const MAX_ID_BYTES = 64;
/** More of an error than anybody reads. */
const MAX_WORDS = 8_000;

/** A configuration as it would be offered, only to be checked. */
export interface ValidationRequest {
  readonly id: Uint8Array;
  readonly files: ReadonlyMap<string, ConfigFile>;
}

export type ValidationAnswer =
  | { readonly kind: 'valid' }
  /** In the program's own words. */
  | { readonly kind: 'invalid'; readonly message: string }
  /** The program was not asked: it would not be given this configuration, or it is not there. */
  | { readonly kind: 'refused'; readonly message: string }
  /** The program was not asked: too many others wait. */
  | { readonly kind: 'busy'; readonly message: string };

/** The request in a custom message of the capability; undefined where there is none that could be answered, which is to be ignored. */
export function readValidationRequest({ type, data }: CustomMessageInit): ValidationRequest | undefined {
  if (type !== REQUEST_TYPE) return undefined;
  const decoded = decodeMessage(AgentRemoteConfigSchema, new Uint8Array(data));
  if (decoded.kind !== 'message') return undefined;
  const { configHash: id, config } = decoded.message;
  if (id.length === 0 || id.length > MAX_ID_BYTES) return undefined;
  return { id, files: config === undefined ? new Map() : configMapFromMessage(config) };
}

/** The custom message that answers a request: its type says what came of it. */
export function validationAnswer(id: Uint8Array, answer: ValidationAnswer): CustomMessageInit {
  const errorMessage = answer.kind === 'valid' ? '' : answer.message.slice(0, MAX_WORDS);
  const status = create(RemoteConfigStatusSchema, { lastRemoteConfigHash: id, errorMessage });
  return {
    capability: VALIDATE_CAPABILITY,
    type: answer.kind,
    data: encodeMessage(RemoteConfigStatusSchema, status),
  };
}
