import { type DescMessage, fromBinary, type MessageShape, toBinary } from '@bufbuild/protobuf';
import {
  type AgentToServer,
  AgentToServerSchema,
  type ServerToAgent,
  ServerToAgentSchema,
} from '../gen/opamp/v1/opamp_pb.ts';

/** The outcome of decoding bytes that somebody else made: nothing that a peer can send makes a decoder throw. */
export type Decoded<Message> =
  | {
      /** The bytes were a message. */
      readonly kind: 'message';
      /** It, with its bytes fields as views on what was decoded. */
      readonly message: Message;
    }
  | {
      /** They were not: truncated, not UTF-8 where text belongs, of a wrong wire type, or nested too deep. */
      readonly kind: 'bad_message';
      /** What was wrong. */
      readonly detail: string;
    };

/** Messages within messages beyond which bytes are refused: ComponentHealth and others are recursive without bound. */
export const MAX_MESSAGE_DEPTH = 100;

const READ_OPTIONS = { recursionLimit: MAX_MESSAGE_DEPTH } as const;

/**
 * Decodes any message of the protocol, for example a part of `ReportedParts` with its schema. Never throws. Unknown fields and enum
 * values are kept (specification: Interoperability of Future Capabilities). Bytes fields are views on `bytes`: copy what is to outlive
 * it. There is no limit of size here: transports have it.
 */
export function decodeMessage<Desc extends DescMessage>(
  schema: Desc,
  bytes: Uint8Array,
): Decoded<MessageShape<Desc>> {
  try {
    return { kind: 'message', message: fromBinary(schema, bytes, READ_OPTIONS) };
  } catch (error) {
    return { kind: 'bad_message', detail: error instanceof Error ? error.message : String(error) };
  }
}

/** Encodes any message of the protocol. Throws where a field has a value that its type cannot hold, such as a number out of range. */
export function encodeMessage<Desc extends DescMessage>(
  schema: Desc,
  message: MessageShape<Desc>,
): Uint8Array {
  return toBinary(schema, message);
}

/** Decodes an AgentToServer, without the header that it has in a WebSocket message (see `unframe`). As `decodeMessage`. */
export function decodeAgentToServer(bytes: Uint8Array): Decoded<AgentToServer> {
  return decodeMessage(AgentToServerSchema, bytes);
}

/** Encodes an AgentToServer: the body of a POST, or what `frame` makes a WebSocket message of. As `encodeMessage`. */
export function encodeAgentToServer(message: AgentToServer): Uint8Array {
  return toBinary(AgentToServerSchema, message);
}

/** Decodes a ServerToAgent, without the header that it has in a WebSocket message (see `unframe`). As `decodeMessage`. */
export function decodeServerToAgent(bytes: Uint8Array): Decoded<ServerToAgent> {
  return decodeMessage(ServerToAgentSchema, bytes);
}

/** Encodes a ServerToAgent: the body of an HTTP answer, or what `frame` makes a WebSocket message of. As `encodeMessage`. */
export function encodeServerToAgent(message: ServerToAgent): Uint8Array {
  return toBinary(ServerToAgentSchema, message);
}
