import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { AgentService } from './agents/agent-service.ts';
import { matchesSelector, requireSelector } from './agents/selector.ts';
import type { Clock } from './lib/clock.ts';
import { ownMetricsOffer } from './opamp/own-metrics-offer.ts';
import type { OwnMetricsSource } from './opamp/own-metrics-offers.ts';
import type { Settings } from './settings.ts';
import { StartError } from './start-error.ts';
import type { FlowBook } from './telemetry/flow-book.ts';
import type { OwnMetricsTokens } from './telemetry/own-metrics-tokens.ts';

export interface OwnMetricsSourceOptions {
  readonly settings: Settings;
  readonly opampPath: string;
  readonly tokens: OwnMetricsTokens;
  readonly agents: Pick<AgentService, 'recordEvent'>;
  readonly flow: Pick<FlowBook, 'of'>;
  readonly clock: Clock;
}

/** An agent of which no own metrics have come for so long sends none: the SDK's own interval is a minute. */
const SENDS_WITHIN_MS = 3 * 60_000;

/** Where agents are told to send their own metrics, and which. Throws a StartError where a file cannot be read. */
export function ownMetricsSource({
  settings,
  opampPath,
  tokens,
  agents,
  flow,
  clock,
}: OwnMetricsSourceOptions): OwnMetricsSource {
  const { offer, selector: text, url } = settings.telemetry.ownMetrics;
  const selector = text === undefined ? undefined : requireSelector(text);
  const options = { tokens, url, opampPath, caCert: authorityOf(settings) };
  return {
    isSelective: offer && selector !== undefined,
    isFor: (record) => offer && (selector === undefined || matchesSelector(selector, record)),
    offer: (uid, letInAtMs, endpoint) => ownMetricsOffer(uid, letInAtMs, endpoint, options),
    isSending: (uid) => {
      const sent = flow.of(uid);
      return sent?.byOwnToken === true && clock.now() - sent.atMs < SENDS_WITHIN_MS;
    },
    failed: (uid, word, reason) => {
      const what =
        word === 'told'
          ? 'cannot send its own metrics here, and is judged by health alone'
          : 'goes on to send its own metrics here';
      agents.recordEvent(uid, 'own_metrics_failed', `${what}: ${reason || 'the agent gave no reason'}`);
    },
    takenBack: (uid) =>
      agents.recordEvent(uid, 'own_metrics_ended', 'was told to send its own metrics here no more'),
  };
}

/** The authority of this server's certificate, where agents are to be told of it. */
function authorityOf({ opamp, telemetry }: Settings): string | undefined {
  const { caFile, url } = telemetry.ownMetrics;
  if (caFile !== undefined) {
    try {
      const pem = readFileSync(caFile, 'utf8');
      return new X509Certificate(pem) && pem;
    } catch (cause) {
      const detail = `cannot read a certificate from ${caFile}: ${(cause as Error).message}`;
      throw new StartError(2, `telemetry.ownMetrics.caFile: ${detail}`, { cause });
    }
  }
  // Behind another address there is another certificate.
  if (opamp.tls === undefined || opamp.publicUrl !== undefined || url !== undefined) return undefined;
  try {
    const chain = readFileSync(opamp.tls.certFile, 'utf8');
    const last = chain.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g)?.at(-1);
    if (last === undefined) return undefined;
    const { issuer, subject } = new X509Certificate(last);
    return issuer === subject ? `${last}\n` : undefined;
  } catch {
    // The listener reads the same file and says what is wrong with it.
    return undefined;
  }
}
