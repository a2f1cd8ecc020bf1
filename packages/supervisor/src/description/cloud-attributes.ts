import type { Attributes } from '@drover/opamp';
import type { HostProbe } from './host-probe.ts';

export interface Cloud {
  /** Value of `cloud.provider`. */
  readonly provider: string;
  readonly attributes: Attributes;
}

/** Where the firmware of virtual machines says who runs them. */
const DMI = '/sys/class/dmi/id';
/** Written by cloud-init at each boot, readable for all; secrets are left out of it. */
const CLOUD_INIT = '/run/cloud-init/instance-data.json';

interface Vendor {
  readonly provider: string;
  /** Value of `cloud.platform`, where the machine alone tells. */
  readonly platform: string | undefined;
  /** What cloud-init calls it. */
  readonly cloudInit: readonly string[];
  isVendorOf(dmi: (name: string) => string): boolean;
}

const VENDORS: readonly Vendor[] = [
  {
    provider: 'aws',
    platform: 'aws_ec2',
    cloudInit: ['aws', 'ec2'],
    isVendorOf: (dmi) => dmi('sys_vendor') === 'Amazon EC2' || /amazon/i.test(dmi('bios_version')),
  },
  {
    provider: 'gcp',
    platform: 'gcp_compute_engine',
    cloudInit: ['gce', 'gcp'],
    isVendorOf: (dmi) => dmi('product_name') === 'Google Compute Engine',
  },
  {
    provider: 'azure',
    platform: 'azure.vm',
    cloudInit: ['azure'],
    // Other machines on Hyper-V have the same vendor, but not this tag.
    isVendorOf: (dmi) => dmi('chassis_asset_tag') === '7783-7084-3265-9085-8269-3286-77',
  },
  {
    provider: 'oracle_cloud',
    platform: 'oracle_cloud_compute',
    cloudInit: ['oracle'],
    isVendorOf: (dmi) => dmi('chassis_asset_tag') === 'OracleCloud.com',
  },
  {
    provider: 'alibaba_cloud',
    platform: 'alibaba_cloud_ecs',
    cloudInit: ['aliyun'],
    isVendorOf: (dmi) => dmi('sys_vendor') === 'Alibaba Cloud',
  },
  {
    provider: 'tencent_cloud',
    platform: 'tencent_cloud_cvm',
    cloudInit: ['tencent', 'tencentcloud'],
    isVendorOf: (dmi) => dmi('sys_vendor') === 'Tencent Cloud',
  },
  {
    provider: 'hetzner',
    platform: undefined,
    cloudInit: ['hetzner'],
    isVendorOf: (dmi) => dmi('sys_vendor') === 'Hetzner',
  },
  {
    provider: 'vultr',
    platform: undefined,
    cloudInit: ['vultr'],
    isVendorOf: (dmi) => dmi('sys_vendor') === 'Vultr',
  },
  {
    provider: 'akamai_cloud',
    platform: undefined,
    cloudInit: ['akamai'],
    isVendorOf: (dmi) => /^(Akamai|Linode)/.test(dmi('sys_vendor')),
  },
  {
    provider: 'digitalocean',
    platform: undefined,
    cloudInit: ['digitalocean'],
    isVendorOf: (dmi) => dmi('sys_vendor') === 'DigitalOcean',
  },
];

/** The cloud that the host is in, by what the host itself says: its firmware, cloud-init, and the environment. Asks no network. */
export function cloudOf(host: HostProbe): Cloud | undefined {
  const dmi = (name: string) => host.readText(`${DMI}/${name}`)?.trim() ?? '';
  const booted = cloudInit(host);
  const vendor =
    VENDORS.find((each) => each.isVendorOf(dmi)) ??
    VENDORS.find(({ cloudInit: names }) => booted?.name !== undefined && names.includes(booted.name));
  if (vendor === undefined) return ecs(host);
  const { provider, platform } = vendor;
  const instanceId = booted?.instanceId ?? (provider === 'aws' ? awsInstanceId(dmi) : undefined);
  const instanceType = provider === 'aws' ? dmi('product_name') : '';
  return {
    provider,
    attributes: {
      'cloud.provider': provider,
      ...(platform === undefined ? {} : { 'cloud.platform': platform }),
      ...(booted?.region === undefined ? {} : { 'cloud.region': booted.region }),
      ...(booted?.zone === undefined ? {} : { 'cloud.availability_zone': booted.zone }),
      // The semantic conventions prefer the cloud's own id to the machine's.
      ...(instanceId === undefined ? {} : { 'host.id': instanceId }),
      ...(/^[a-z0-9-]+\.[a-z0-9-]+$/.test(instanceType) ? { 'host.type': instanceType } : {}),
      ...ecs(host)?.attributes,
    },
  };
}

/** Newer machines of EC2 have their id as the tag of their board. */
function awsInstanceId(dmi: (name: string) => string): string | undefined {
  const tag = dmi('board_asset_tag');
  return /^i-[0-9a-f]+$/.test(tag) ? tag : undefined;
}

/** A task of ECS has no firmware to ask; its agent sets these variables. */
function ecs({ env }: HostProbe): Cloud | undefined {
  const isTask =
    env.AWS_EXECUTION_ENV?.startsWith('AWS_ECS') === true || env.ECS_CONTAINER_METADATA_URI_V4 !== undefined;
  if (!isTask) return undefined;
  const region = env.AWS_REGION ?? env.AWS_DEFAULT_REGION;
  return {
    provider: 'aws',
    attributes: {
      'cloud.provider': 'aws',
      'cloud.platform': 'aws_ecs',
      ...(region === undefined ? {} : { 'cloud.region': region }),
    },
  };
}

interface BootFacts {
  readonly name: string | undefined;
  readonly region: string | undefined;
  readonly zone: string | undefined;
  readonly instanceId: string | undefined;
}

function cloudInit(host: HostProbe): BootFacts | undefined {
  const file = host.readText(CLOUD_INIT);
  if (file === undefined) return undefined;
  let facts: unknown;
  try {
    facts = JSON.parse(file);
  } catch {
    return undefined;
  }
  const v1 = fieldOf(facts, 'v1');
  const text = (name: string) => {
    const value = fieldOf(v1, name);
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  return {
    name: text('cloud_name')?.toLowerCase(),
    region: text('region'),
    zone: text('availability_zone'),
    instanceId: text('instance_id'),
  };
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
