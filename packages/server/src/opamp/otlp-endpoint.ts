import type { IncomingMessage, ServerResponse } from 'node:http';
import { parseInstanceUid } from '@drover/opamp';
import type { InstanceUid } from '../agents/agent.ts';
import type { FlowBook } from '../telemetry/flow-book.ts';
import { answerOtlp, OTLP_CONTENT_TYPE, type OtlpAnswer } from './otlp-answer.ts';
import { BodyBudget, type OtlpBody, withOtlpBody } from './otlp-body.ts';
import { type OtlpCaller, type OtlpCallerOptions, otlpCaller } from './otlp-caller.ts';
import { type ResourceFlow, readFlows } from './otlp-metrics.ts';
import { OWN_METRICS_PATH } from './own-metrics-offer.ts';

/** Why figures were dropped: of an agent that is not known, of another than the one that sent them, or none that the agent's own token vouches for. */
export type DroppedFigures = 'unknown_agent' | 'other_agent' | 'unproved';

export interface OtlpEndpointOptions extends OtlpCallerOptions {
  readonly flow: FlowBook;
  /** Bytes of a body, also after decompression. */
  readonly maxBodyBytes: number;
  /** For a request to arrive; who is slower is cut off. */
  readonly bodyTimeoutMs: number;
  readonly took: (outcome: 'taken' | 'refused') => void;
  readonly dropped: (reason: DroppedFigures) => void;
}

/** Requests that are read at one moment; more are told to come back. */
const MAX_IN_FLIGHT = 256;
/** What they hold together, in bodies of the largest size: exports are far smaller. */
const BODIES_IN_FLIGHT = 8;
const RETRY_AFTER_S = 10;
const TOO_OFTEN_RETRY_AFTER_S = 1;

const refused = (status: number, message: string, headers: Record<string, string> = {}): OtlpAnswer => ({
  kind: 'refused',
  status,
  message,
  headers: status === 503 ? { 'retry-after': String(RETRY_AFTER_S), ...headers } : headers,
});

/**
 * Takes agents' own metrics over OTLP/HTTP (protobuf, gzip or plain) beside the OpAMP endpoint and keeps what gates of rollouts need of them. An agent comes
 * by the token that it was offered with this address, which serves for its own figures alone, or by what it comes to OpAMP by.
 */
export function otlpEndpoint(
  options: OtlpEndpointOptions,
): (request: IncomingMessage, response: ServerResponse) => void {
  const budget = new BodyBudget(BODIES_IN_FLIGHT * options.maxBodyBytes);
  let inFlight = 0;
  return (request, response) => {
    const answer = (what: OtlpAnswer): void => {
      options.took(what.kind);
      answerOtlp(request, response, what);
    };
    if (request.url?.split('?')[0] !== OWN_METRICS_PATH)
      return answer(refused(404, `own metrics are taken at ${OWN_METRICS_PATH}`));
    if (request.method !== 'POST') return answer(refused(405, 'exports are sent by POST', { allow: 'POST' }));
    if (inFlight >= MAX_IN_FLIGHT) return answer(refused(503, 'too many exports at this moment'));
    inFlight += 1;
    const tooSlow = setTimeout(() => request.destroy(), options.bodyTimeoutMs);
    take(options, budget, request)
      .then(answer, () => answer(refused(400, 'the request was cut off')))
      .finally(() => {
        clearTimeout(tooSlow);
        inFlight -= 1;
      });
  };
}

async function take(
  options: OtlpEndpointOptions,
  budget: BodyBudget,
  request: IncomingMessage,
): Promise<OtlpAnswer> {
  const caller = await otlpCaller(request, options);
  if (caller.kind === 'refused') return refused(caller.status, caller.message);
  if (caller.kind === 'agent' && options.flow.isTooSoon(caller.uid))
    return refused(429, 'this agent exports too often', { 'retry-after': String(TOO_OFTEN_RETRY_AFTER_S) });
  if (request.headers['content-type']?.split(';')[0]?.trim() !== OTLP_CONTENT_TYPE)
    return refused(415, `exports are sent as ${OTLP_CONTENT_TYPE}`);
  return withOtlpBody(request, { maxBytes: options.maxBodyBytes, budget }, (body) =>
    keep(options, caller, body),
  );
}

function keep(
  { flow, record, dropped }: OtlpEndpointOptions,
  caller: Exclude<OtlpCaller, { kind: 'refused' }>,
  body: OtlpBody,
): OtlpAnswer {
  if (body.kind === 'refused') return refused(body.status, body.message);
  let flows: ResourceFlow[];
  try {
    flows = readFlows(body.bytes);
  } catch {
    return refused(400, 'the body is no ExportMetricsServiceRequest');
  }
  let rejectedDataPoints = 0;
  let message = '';
  const reject = ({ dataPoints, instanceId }: ResourceFlow, reason: DroppedFigures, why: string): void => {
    dropped(reason);
    rejectedDataPoints += dataPoints;
    message ||= `service.instance.id "${instanceId.slice(0, 64)}": ${why}`;
  };
  for (const each of flows) {
    const uid = uidOf(each, caller);
    if (caller.kind === 'agent' && uid !== caller.uid) {
      reject(each, 'other_agent', `the token is for the metrics of agent ${caller.uid}`);
    } else if (uid === undefined || record(uid) === undefined) {
      reject(each, 'unknown_agent', 'no such agent is known');
    } else {
      const refusal = caller.kind === 'connection' ? caller.refusal(uid) : undefined;
      if (refusal !== undefined) return refused(401, refusal);
      if (flow.add(uid, each.point, caller.kind === 'agent') === 'unproved')
        reject(each, 'unproved', 'the agent sends its metrics by a token of its own');
    }
  }
  return { kind: 'taken', rejectedDataPoints, message };
}

/** A resource that does not say which agent it is of is of the one that the token names. */
function uidOf({ instanceId }: ResourceFlow, caller: OtlpCaller): InstanceUid | undefined {
  if (instanceId === '' && caller.kind === 'agent') return caller.uid;
  return parseInstanceUid(instanceId);
}
