/**
 * Every reason for which this package refuses, cuts or drops something, each with a sentence for people. Codes are stable: log lines,
 * metrics labels and tests match on them. A code is never given a second meaning. Each is counted in `OpampServerCounters.errors` or
 * comes to `OpampClientCallbacks.onError` or `onConnectFailed`.
 */
export const OPAMP_ERRORS = {
  /** Server, client. Answered with BadRequest; after `maxBadMessages` in a row the link is closed with 1002. */
  bad_frame: 'A WebSocket message does not start with the header 0 that this protocol version defines.',
  /** Server: answered with BadRequest, over HTTP with status 400; nothing of the message is applied. Client: the message is ignored. */
  bad_message: 'The bytes are not a valid protobuf encoding of the expected message.',
  /** Server, client. As `bad_frame`; the server closes with 1007. The client ignores the message. */
  text_frame: 'A WebSocket text message arrived; OpAMP messages are binary.',
  /** Server. Answered with BadRequest; no session is made. */
  bad_instance_uid: 'instance_uid is not 16 bytes.',
  /** Server: the link is closed with 1009, over HTTP the answer is 413. Client: the server refused what was sent for its size (its largest part is left out from then on), or sent too much itself. */
  message_too_large: 'A received message or body is larger than the limit, before or after decompression.',
  /** Server: the offer stays here. Client: the largest part is left out, and the rest is sent. */
  outgoing_too_large: 'A message to be sent is larger than the limit and was not sent.',
  /** Server. The link that asked for more is cut, over HTTP the answer is 503 with Retry-After. */
  too_many_bytes_in_flight: 'The bodies that are being received take all of the byte budget.',
  /** Server. Answered with 503 and Retry-After before the upgrade. */
  too_many_connections: 'The number of open connections has reached its limit.',
  /** Server. Answered with 503 and Retry-After before the upgrade. */
  too_many_silent_connections: 'The number of links that have not said anything has reached its limit.',
  /** Server. Answered with Unavailable and RetryInfo; the link is closed with 1013, over HTTP the answer is 503. */
  too_many_agents: 'The number of known agents has reached its limit.',
  /** Server. Nothing is lost: reading from the link pauses until the next tick. */
  too_many_messages: 'A link sends faster than the limit; it is read more slowly.',
  /** Server. Closed with 1002 or 1007, as the last one was. */
  too_many_bad_messages: 'A link sent only undecodable messages and was closed.',
  /** Server. Closed with 1008. */
  first_message_timeout: 'A link said nothing for the whole of its time and was closed.',
  /** Server. The connection is cut without a closing handshake, which nobody would read. */
  slow_reader: 'A peer does not read what is sent to it and was cut.',
  /** Server. The connection is cut after two pings without an answer. */
  ping_timeout: 'A peer did not answer pings and was cut.',
  /** Server. Answered with 408. */
  body_timeout: 'The body of an HTTP request did not arrive in time.',
  /** Server. Answered with 400. */
  bad_body: 'The body of an HTTP request could not be read or decompressed.',
  /** Server. Answered with 415. */
  unsupported_encoding: 'Content-Encoding is neither gzip nor identity.',
  /** Server. Answered with 415. */
  unsupported_media_type: 'Content-Type is not application/x-protobuf.',
  /** Server. The link is closed with the code that RFC 6455 asks for. */
  bad_handshake: 'A WebSocket handshake or frame violates RFC 6455.',
  /** Server. Answered with BadRequest; the link is closed with 1008. Who held the uid keeps it. */
  uid_conflict: 'The instance uid is held by another live agent or bound to another credential.',
  /** Server. Answered with BadRequest, over HTTP with status 401; a WebSocket that carries nobody else is closed with 1008. */
  not_admitted:
    'The host refused an agent: the connection that it came by does not serve for its instance uid.',
  /** Server. The later one goes on under the uid that it was given. */
  duplicate_uid: 'Two agents use one instance uid; the later one was given a new uid.',
  /** Server: answered with the status of the host's decision. Client: the server answered with 401 or 403; the client tries again after its back-off. */
  unauthorized: 'The host refused the connection.',
  /** Server. Counted only: released agents do it. */
  unannounced_part: 'A part arrived whose capability the agent does not announce; it is stored all the same.',
  /** Server. The hash is kept, the set is not. */
  components_refused:
    'A set of available components is over its limit, or came unasked too often, and was not kept.',
  /** Server. Counted and dropped. */
  unsupported_custom_message: 'A custom message has a capability that was not announced; it is ignored.',
  /** Server. Counted and ignored. */
  unannounced_request: 'A request arrived whose capability was not announced; it is ignored.',
  /** Server. Answered with BadRequest and the host's reason; the link stays. */
  request_refused: 'The host refused a request for connection settings.',
  /** Server. Over WebSocket Unavailable with RetryInfo, over HTTP and before an upgrade 503 with Retry-After. */
  overloaded: 'The host has no capacity for more; the agent was told to come back later.',
  /** Server. Answered with 503 and Retry-After. */
  draining: 'The server is about to stop and takes no more messages.',
  /** Server. The callback counts as having said nothing, and `accept` as a refusal with 503. */
  host_failed: 'A callback of the host threw.',
  /** Client. What was refused as a bad request is not sent again, anything else is. */
  server_error: 'The server answered with an error_response or an HTTP status other than success.',
  /** Client. It disconnects, waits as long as it was asked to, and sends the message again. */
  throttled: 'The server asked to wait before the next attempt.',
  /** Client. It tries again after its back-off. */
  connect_failed: 'The server could not be reached.',
  /** Client. It tries again after its back-off. */
  redirect_refused:
    'The server redirected too often, to nowhere, or from a connection with TLS to one without.',
  /** Client. It tries again after its back-off. */
  proxy_failed: 'The proxy did not open a tunnel to the server.',
  /** Client. Reported to the server as FAILED with the same message. */
  settings_failed: 'Offered connection settings could not be used; the ones before them are in use again.',
  /** Client. It goes on with what it has in memory. */
  state_failed: 'The state of the client could not be read or written.',
  /** Client. Reported to the server as InstallFailed with the same message. */
  package_failed: 'An offered package could not be installed.',
  /** Client. It keeps the uid that it has. */
  bad_new_instance_uid: 'The server offered a new instance uid that is not 16 bytes.',
} as const;

/** One of the registered codes: a key of `OPAMP_ERRORS`. */
export type OpampErrorCode = keyof typeof OPAMP_ERRORS;

/** An error with one of the registered codes. Match on `code`, never on the text or the class's name. */
export class OpampError extends Error {
  /** What went wrong, for programs. */
  readonly code: OpampErrorCode;

  /** `detail` becomes the message: what was attempted, with which value. */
  constructor(code: OpampErrorCode, detail: string, options?: { readonly cause?: unknown }) {
    super(detail, options);
    this.name = 'OpampError';
    this.code = code;
  }
}
