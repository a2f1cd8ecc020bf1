import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { servingAt } from './supervisor-probe.ts';

const HEALTHY_WITHIN_MS = 60_000;

/** Ports that the Collector has in every configuration of one host. */
export interface CollectorPorts {
  readonly health: number;
  readonly otlp: number;
  readonly sink: number;
}

/** A configuration whose health check answers with `marker`; it takes logs at one port and sends them to the other. */
export function markedConfig({ health, otlp, sink }: CollectorPorts, marker: string): string {
  return `receivers:
  otlp: {protocols: {http: {endpoint: "127.0.0.1:${otlp}"}}}
exporters:
  otlphttp: {endpoint: "http://127.0.0.1:${sink}", encoding: json, compression: none}
extensions:
  health_check: {endpoint: "127.0.0.1:${health}", response_body: {healthy: "${marker}"}}
service:
  extensions: [health_check]
  telemetry: {metrics: {level: none}}
  pipelines:
    logs: {receivers: [otlp], exporters: [otlphttp]}
`;
}

/** Milliseconds from the start of the Collector by itself until it answers that it is healthy. */
export async function collectorAlone(
  collector: string,
  file: string,
  ports: CollectorPorts,
): Promise<number> {
  writeFileSync(file, markedConfig(ports, 'alone'));
  const startedAtMs = performance.now();
  const child = spawn(collector, ['--config', file], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  try {
    const atMs = await servingAt(ports.health, 'alone', HEALTHY_WITHIN_MS);
    if (atMs === undefined) throw new Error('the Collector did not become healthy within a minute');
    return atMs - startedAtMs;
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}
