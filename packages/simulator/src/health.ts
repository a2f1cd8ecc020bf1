import { type ComponentHealth, ComponentHealthSchema, create } from '@drover/opamp';
import type { AgentKind } from './agent-kinds.ts';

/** What is wrong with an agent; undefined means nothing. */
export interface Trouble {
  readonly component: string;
  readonly status: string;
  readonly error: string;
}

const COLLECTOR_TROUBLES: readonly [Trouble, ...Trouble[]] = [
  {
    component: 'exporter:otlphttp',
    status: 'StatusRecoverableError',
    error: 'failed to send to otlp.example.com: 503 Service Unavailable, retrying in 5s',
  },
  {
    component: 'exporter:otlphttp',
    status: 'StatusRecoverableError',
    error: 'sending queue is full: 5000 of 5000 batches',
  },
  {
    component: 'receiver:otlp',
    status: 'StatusPermanentError',
    error: 'listen tcp 0.0.0.0:4317: bind: address already in use',
  },
  {
    component: 'processor:memory_limiter',
    status: 'StatusRecoverableError',
    error: 'data refused due to high memory usage: 498 MiB of 512 MiB',
  },
];

const FLUENT_BIT_TROUBLES: readonly [Trouble, ...Trouble[]] = [
  {
    component: 'output:opentelemetry',
    status: 'StatusRecoverableError',
    error: 'no upstream connections available to otlp.example.com:443',
  },
  {
    component: 'input:tail',
    status: 'StatusRecoverableError',
    error: 'paused: mem buf overlimit (5242880 of 5242880 bytes)',
  },
];

/** What can befall an agent of this kind. */
export function troublesOf(kind: AgentKind): readonly [Trouble, ...Trouble[]] {
  return kind.name === 'fluent-bit' ? FLUENT_BIT_TROUBLES : COLLECTOR_TROUBLES;
}

const PIPELINES: Readonly<Record<string, readonly string[]>> = {
  'pipeline:metrics': [
    'receiver:otlp',
    'receiver:hostmetrics',
    'processor:memory_limiter',
    'processor:batch',
    'exporter:otlphttp',
  ],
  'pipeline:traces': ['receiver:otlp', 'processor:memory_limiter', 'processor:batch', 'exporter:otlphttp'],
  extensions: ['extension:health_check', 'extension:opamp'],
};

const FLUENT_BIT_PARTS: Readonly<Record<string, readonly string[]>> = {
  inputs: ['input:tail'],
  outputs: ['output:opentelemetry'],
};

/** The tree that an agent of this kind reports; a part is unhealthy where one of its own is. */
export function healthOf(
  kind: AgentKind,
  trouble: Trouble | undefined,
  startedAtMs: number,
  nowMs: number,
): ComponentHealth {
  const startTimeUnixNano = BigInt(startedAtMs) * 1_000_000n;
  const statusTimeUnixNano = BigInt(nowMs) * 1_000_000n;
  const part = (isTroubled: boolean, children: Record<string, ComponentHealth>): ComponentHealth =>
    create(ComponentHealthSchema, {
      healthy: !isTroubled,
      status: isTroubled ? (trouble?.status ?? '') : 'StatusOK',
      lastError: isTroubled ? (trouble?.error ?? '') : '',
      startTimeUnixNano,
      statusTimeUnixNano,
      componentHealthMap: children,
    });
  const groups: Record<string, ComponentHealth> = {};
  for (const [group, members] of Object.entries(kind.name === 'fluent-bit' ? FLUENT_BIT_PARTS : PIPELINES)) {
    const children = Object.fromEntries(
      members.map((member) => [member, part(member === trouble?.component, {})]),
    );
    groups[group] = part(trouble !== undefined && members.includes(trouble.component), children);
  }
  return part(trouble !== undefined, groups);
}
