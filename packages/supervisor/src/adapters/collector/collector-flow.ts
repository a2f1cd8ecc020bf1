import { readFileSync } from 'node:fs';
import type { FlowReading } from '../../flow/data-check.ts';
import { flowSample } from '../../flow/flow-sample.ts';
import { type MetricsSource, metricsSource } from '../../flow/metrics-source.ts';
import { askHttp } from '../observe/ask-http.ts';

const ASK_LIMIT_MS = 2_000;

/** Asks a running Collector for its counters, where the configuration in this file lets it be asked. */
export function collectorFlow(configFile: string): () => Promise<FlowReading> {
  let known: { readonly text: string; readonly source: MetricsSource } | undefined;
  return async () => {
    const text = readFileSync(configFile, 'utf8');
    if (known?.text !== text) known = { text, source: metricsSource(text) };
    const { url, signals } = known.source;
    if (url === undefined) return undefined;
    const answer = await askHttp({ url, limitMs: ASK_LIMIT_MS });
    if (answer.kind !== 'answer' || answer.status !== 200) return undefined;
    return { sample: flowSample(answer.body, performance.now()), signals };
  };
}
