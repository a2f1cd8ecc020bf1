import { type InstanceUid, parseInstanceUid } from '@drover/opamp';
import type { AgentDescriptionInit } from '@drover/opamp/client';
import { AGENT_KINDS, type AgentKind } from './agent-kinds.ts';
import { type Random, seededRandom } from './random.ts';

/** Who a virtual agent is; it follows from seed and number alone, so that a second run is the same fleet. */
export interface Identity {
  readonly number: number;
  readonly uid: InstanceUid;
  readonly kind: AgentKind;
  readonly version: string;
  readonly environment: string;
  readonly region: string;
  readonly description: AgentDescriptionInit;
}

const REGIONS = {
  aws: ['eu-west-1', 'eu-central-1', 'us-east-1', 'us-west-2', 'ap-south-1'],
  gcp: ['europe-west1', 'us-central1', 'asia-east1'],
  azure: ['westeurope', 'northeurope', 'eastus'],
} as const;

const SYSTEMS = {
  linux: [
    'Debian GNU/Linux 12 (bookworm)',
    'Ubuntu 24.04.2 LTS',
    'Red Hat Enterprise Linux 9.5 (Plow)',
    'Amazon Linux 2023.7',
  ],
  windows: ['Windows Server 2022 Datacenter', 'Windows Server 2019 Standard'],
  darwin: ['macOS 15.5'],
} as const;

const FIRST_UID_MS = Date.UTC(2026, 0, 1);

/** A UUID version 7 in form: its time part counts the agents, the rest comes from the seed. */
function instanceUidOf(number: number, random: Random): InstanceUid {
  const time = (FIRST_UID_MS + number).toString(16).padStart(12, '0');
  const hex = (digits: number): string =>
    Array.from({ length: digits }, () => random.below(16).toString(16)).join('');
  const text = `${time.slice(0, 8)}-${time.slice(8)}-7${hex(3)}-${'89ab'[random.below(4)]}${hex(3)}-${hex(12)}`;
  const uid = parseInstanceUid(text);
  if (uid === undefined) throw new Error(`not a UUID: ${text}`);
  return uid;
}

/** The agent of this number in the fleet of this seed. */
export function identityOf(seed: string, number: number): Identity {
  const random = seededRandom(seed, 'identity', number);
  const uid = instanceUidOf(number, random);
  const kind = random.weighted(AGENT_KINDS);
  const version = random.weighted(kind.versions);
  const cloud = random.weighted([
    ['aws', 60],
    ['gcp', 25],
    ['azure', 15],
  ] as const);
  const osType = random.weighted([
    ['linux', 85],
    ['windows', 13],
    ['darwin', 2],
  ] as const);
  const region = random.pick(REGIONS[cloud]);
  const environment = random.weighted([
    ['prod', 60],
    ['staging', 25],
    ['dev', 15],
  ] as const);
  const cluster = `${environment}-${region}-${1 + random.below(3)}`;
  const host = `${environment}-${region}-${kind.name.replace('otelcol-', '')}-${String(number).padStart(5, '0')}`;
  return {
    number,
    uid,
    kind,
    version,
    environment,
    region,
    description: {
      identifying: {
        'service.name': kind.serviceName,
        'service.version': version,
        'service.instance.id': uid,
      },
      nonIdentifying: {
        'os.type': osType,
        'os.description': random.pick(SYSTEMS[osType]),
        'host.name': host,
        'host.arch': random.weighted([
          ['amd64', 70],
          ['arm64', 30],
        ]),
        'cloud.provider': cloud,
        'cloud.region': region,
        'cloud.availability_zone': `${region}${random.pick(['a', 'b', 'c'])}`,
        'deployment.environment.name': environment,
        ...(kind.name === 'otelcol-k8s' ? { 'k8s.cluster.name': cluster, 'k8s.node.name': host } : {}),
      },
    },
  };
}
