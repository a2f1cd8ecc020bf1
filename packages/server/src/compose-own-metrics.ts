import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { AgentService } from './agents/agent-service.ts';
import { matchesSelector, requireSelector } from './agents/selector.ts';
import { ownMetricsOffer } from './opamp/own-metrics-offer.ts';
import type { OwnMetricsSource } from './opamp/settings-offers.ts';
import type { Settings } from './settings.ts';
import { StartError } from './start-error.ts';
import type { OwnMetricsTokens } from './telemetry/own-metrics-tokens.ts';

export interface OwnMetricsSourceOptions {
  readonly settings: Settings;
  readonly opampPath: string;
  readonly tokens: OwnMetricsTokens;
  readonly agents: Pick<AgentService, 'recordEvent'>;
}

/** Where agents are told to send their own metrics; undefined where they are told nothing. Throws a StartError where a file cannot be read. */
export function ownMetricsSource({
  settings,
  opampPath,
  tokens,
  agents,
}: OwnMetricsSourceOptions): OwnMetricsSource | undefined {
  const { offer, selector: text, url } = settings.telemetry.ownMetrics;
  if (!offer) return undefined;
  const selector = text === undefined ? undefined : requireSelector(text);
  const options = { tokens, url, opampPath, caCert: authorityOf(settings) };
  return {
    isSelective: selector !== undefined,
    isFor: (record) => selector === undefined || matchesSelector(selector, record),
    offer: (uid, letInAtMs, endpoint) => ownMetricsOffer(uid, letInAtMs, endpoint, options),
    failed: (uid, reason) =>
      agents.recordEvent(
        uid,
        'own_metrics_failed',
        `cannot send its own metrics here, and is judged by health alone: ${reason || 'the agent gave no reason'}`,
      ),
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
