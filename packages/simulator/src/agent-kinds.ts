import type { AgentCapabilityName } from '@drover/opamp';

export type KindName = 'otelcol-contrib' | 'otelcol-k8s' | 'otelcol-gateway' | 'fluent-bit';

/** What agents of one kind have in common. */
export interface AgentKind {
  readonly name: KindName;
  /** service.name */
  readonly serviceName: string;
  readonly versions: readonly [readonly [string, number], ...(readonly [string, number])[]];
  readonly capabilities: readonly AgentCapabilityName[];
  /** Available components by class, as `otelcol components` lists them. */
  readonly components: Readonly<Record<string, readonly string[]>>;
}

const MANAGED: readonly AgentCapabilityName[] = [
  'ReportsStatus',
  'AcceptsRemoteConfig',
  'ReportsEffectiveConfig',
  'AcceptsRestartCommand',
  'ReportsHealth',
  'ReportsRemoteConfig',
  'ReportsHeartbeat',
];

const COLLECTOR_COMPONENTS = {
  receivers: ['otlp', 'hostmetrics', 'filelog', 'prometheus', 'kafka', 'k8s_cluster', 'syslog'],
  processors: ['batch', 'memory_limiter', 'attributes', 'resource', 'filter', 'transform', 'k8sattributes'],
  exporters: ['otlp', 'otlphttp', 'debug', 'kafka', 'prometheusremotewrite', 'file'],
  extensions: ['health_check', 'opamp', 'zpages', 'file_storage', 'pprof'],
  connectors: ['forward', 'spanmetrics', 'count', 'routing'],
} as const;

const COLLECTOR_VERSIONS: AgentKind['versions'] = [
  ['0.149.0', 50],
  ['0.148.0', 25],
  ['0.144.0', 15],
  ['0.131.1', 8],
  ['0.118.0', 2],
];

/** How often each kind occurs. */
export const AGENT_KINDS: readonly [readonly [AgentKind, number], ...(readonly [AgentKind, number])[]] = [
  [
    {
      name: 'otelcol-contrib',
      serviceName: 'otelcol-contrib',
      versions: COLLECTOR_VERSIONS,
      capabilities: [...MANAGED, 'ReportsAvailableComponents'],
      components: COLLECTOR_COMPONENTS,
    },
    60,
  ],
  [
    {
      name: 'otelcol-k8s',
      serviceName: 'otelcol-k8s',
      versions: COLLECTOR_VERSIONS,
      capabilities: [...MANAGED, 'ReportsAvailableComponents'],
      components: {
        ...COLLECTOR_COMPONENTS,
        receivers: ['otlp', 'k8s_cluster', 'kubeletstats', 'filelog', 'prometheus'],
      },
    },
    15,
  ],
  [
    {
      name: 'otelcol-gateway',
      serviceName: 'otelcol-gateway',
      versions: COLLECTOR_VERSIONS,
      capabilities: [...MANAGED, 'ReportsAvailableComponents'],
      components: COLLECTOR_COMPONENTS,
    },
    5,
  ],
  [
    {
      name: 'fluent-bit',
      serviceName: 'fluent-bit',
      versions: [
        ['4.2.0', 60],
        ['4.1.1', 30],
        ['3.2.10', 10],
      ],
      capabilities: MANAGED,
      components: {},
    },
    20,
  ],
];
