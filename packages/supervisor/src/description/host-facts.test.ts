import { describe, expect, test } from 'vitest';
import { hostFacts } from './host-facts.ts';
import { type HostProbe, thisHost } from './host-probe.ts';

const ID = 'a'.repeat(64);
const DEBIAN = `PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
NAME="Debian GNU/Linux"
VERSION_ID="12"
# a comment
ID=debian
`;

/** A host that is nothing but what the test says. */
function host(
  files: Readonly<Record<string, string>> = {},
  env: HostProbe['env'] = {},
  platform = 'linux',
): HostProbe {
  return {
    platform,
    arch: 'x64',
    hostname: 'box',
    kernel: { name: 'Linux', release: '6.1.0' },
    env,
    readText: (path) => files[path],
  };
}

const attributesOf = (...args: Parameters<typeof host>) => hostFacts(host(...args)).attributes;
const dmi = (files: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(files).map(([name, text]) => [`/sys/class/dmi/id/${name}`, `${text}\n`]));

describe('the system', () => {
  test('is described by its own files', () => {
    expect(attributesOf({ '/etc/os-release': DEBIAN, '/etc/machine-id': `${'0f'.repeat(16)}\n` })).toEqual({
      'os.type': 'linux',
      'os.name': 'Debian GNU/Linux',
      'os.version': '12',
      'os.description': 'Debian GNU/Linux 12 (bookworm) (Linux 6.1.0)',
      'host.name': 'box',
      'host.arch': 'amd64',
      'host.id': '0f'.repeat(16),
    });
  });

  test('says less where it has none of them', () => {
    expect(attributesOf({ '/etc/machine-id': 'uninitialized\n' })).toEqual({
      'os.type': 'linux',
      'os.description': 'Linux 6.1.0',
      'host.name': 'box',
      'host.arch': 'amd64',
    });
  });

  test.each([
    ["NAME='Arch Linux'\nBUILD_ID=rolling", 'Arch Linux', 'rolling'],
    ['NAME="A \\"quoted\\" one"\nVERSION_ID=1', 'A "quoted" one', '1'],
    ['garbage\n=\nNAME=', undefined, undefined],
  ])('reads os-release as a shell would: %j', (release, name, version) => {
    const attributes = attributesOf({ '/usr/lib/os-release': release });
    expect([attributes['os.name'], attributes['os.version']]).toEqual([name, version]);
  });

  test('of other kinds is named as the semantic conventions do', () => {
    const plist =
      '<key>ProductName</key>\n\t<string>macOS</string><key>ProductVersion</key> <string>15.1</string>';
    const mac = attributesOf({ '/System/Library/CoreServices/SystemVersion.plist': plist }, {}, 'darwin');
    expect(mac).toMatchObject({ 'os.type': 'darwin', 'os.name': 'macOS', 'os.version': '15.1' });
    expect(attributesOf({}, {}, 'win32')).toMatchObject({ 'os.type': 'windows', 'os.version': '6.1.0' });
  });

  test('that this test runs on can be asked', () => {
    const { attributes } = hostFacts(thisHost(process.env));
    expect(attributes).toMatchObject({
      'host.name': expect.stringMatching(/./),
      'os.type': expect.any(String),
    });
  });
});

describe('the cloud', () => {
  test.each([
    ['aws', 'aws_ec2', { sys_vendor: 'Amazon EC2', product_name: 'm5.large', board_asset_tag: 'i-0abc' }],
    ['aws', 'aws_ec2', { bios_version: '4.11.amazon' }],
    ['gcp', 'gcp_compute_engine', { product_name: 'Google Compute Engine' }],
    [
      'azure',
      'azure.vm',
      { sys_vendor: 'Microsoft Corporation', chassis_asset_tag: '7783-7084-3265-9085-8269-3286-77' },
    ],
    ['oracle_cloud', 'oracle_cloud_compute', { chassis_asset_tag: 'OracleCloud.com' }],
    ['alibaba_cloud', 'alibaba_cloud_ecs', { sys_vendor: 'Alibaba Cloud' }],
    ['tencent_cloud', 'tencent_cloud_cvm', { sys_vendor: 'Tencent Cloud' }],
    ['hetzner', undefined, { sys_vendor: 'Hetzner' }],
  ])('%s with platform %s is told by the firmware: %j', (provider, platform, files) => {
    const facts = hostFacts(host(dmi(files)));
    expect(facts.cloudProvider).toBe(provider);
    expect([facts.attributes['cloud.provider'], facts.attributes['cloud.platform']]).toEqual([
      provider,
      platform,
    ]);
  });

  test('of Amazon tells the instance and its type, before the machine id', () => {
    const files = dmi({ sys_vendor: 'Amazon EC2', product_name: 'm5.large', board_asset_tag: 'i-0abc' });
    const attributes = attributesOf({ ...files, '/etc/machine-id': '0f'.repeat(16) });
    expect([attributes['host.id'], attributes['host.type']]).toEqual(['i-0abc', 'm5.large']);
  });

  test('is told by cloud-init with region, zone and instance', () => {
    const v1 = { cloud_name: 'gce', region: 'r1', availability_zone: 'r1-a', instance_id: '42' };
    const attributes = attributesOf({ '/run/cloud-init/instance-data.json': JSON.stringify({ v1 }) });
    expect(attributes).toMatchObject({
      'cloud.provider': 'gcp',
      'cloud.region': 'r1',
      'cloud.availability_zone': 'r1-a',
      'host.id': '42',
    });
  });

  test.each(['', 'not json', '[]', '{"v1": 7}', '{"v1": {"cloud_name": "none"}}'])(
    'is not made up where cloud-init says %j',
    (text) => {
      const facts = hostFacts(host({ '/run/cloud-init/instance-data.json': text }));
      expect(facts.cloudProvider).toBeUndefined();
      expect(Object.keys(facts.attributes).filter((key) => key.startsWith('cloud.'))).toEqual([]);
    },
  );

  test('a Hyper-V machine is not Azure', () => {
    const files = dmi({ sys_vendor: 'Microsoft Corporation', chassis_asset_tag: '1234' });
    expect(hostFacts(host(files)).cloudProvider).toBeUndefined();
  });

  test('a task of ECS is told by its environment', () => {
    const env = { AWS_EXECUTION_ENV: 'AWS_ECS_FARGATE', AWS_REGION: 'eu-west-1' };
    expect(attributesOf({}, env)).toMatchObject({
      'cloud.provider': 'aws',
      'cloud.platform': 'aws_ecs',
      'cloud.region': 'eu-west-1',
    });
  });
});

describe('the container', () => {
  test.each([
    [`12:cpu:/docker/${ID}`],
    [`0::/system.slice/docker-${ID}.scope`],
    [`0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-${ID}.scope`],
  ])('has the id of its control group: %s', (cgroup) => {
    expect(attributesOf({ '/proc/self/cgroup': `0::/\n${cgroup}\n` })['container.id']).toBe(ID);
  });

  test('in its own namespace has the id of its mounted files; a host that mounts those of others has none', () => {
    const inside = `1 2 8:1 /var/lib/docker/containers/${ID}/hostname /etc/hostname rw - ext4 /dev/sda1 rw`;
    const outside = `1 2 8:1 /${ID}/hostname /var/lib/docker/containers/${ID}/hostname rw - ext4 /dev/sda1 rw`;
    const files = { '/proc/self/cgroup': '0::/\n' };
    expect(attributesOf({ ...files, '/proc/self/mountinfo': inside })['container.id']).toBe(ID);
    expect(attributesOf({ ...files, '/proc/self/mountinfo': outside })).not.toHaveProperty('container.id');
  });

  test('in a pod is described by what Kubernetes gives it', () => {
    const uid = '01234567-89ab-cdef-0123-456789abcdef';
    const files = {
      '/proc/self/cgroup': `0::/kubepods.slice/kubepods-burstable-pod${uid.replaceAll('-', '_')}.slice/x.scope`,
      '/var/run/secrets/kubernetes.io/serviceaccount/namespace': 'observability',
    };
    const env = { KUBERNETES_SERVICE_HOST: '10.0.0.1', K8S_POD_NAME: 'agent-1', NODE_NAME: 'n1' };
    expect(attributesOf(files, env)).toMatchObject({
      'k8s.pod.uid': uid,
      'k8s.pod.name': 'agent-1',
      'k8s.node.name': 'n1',
      'k8s.namespace.name': 'observability',
    });
  });

  test('variables of that name mean nothing outside of Kubernetes', () => {
    expect(attributesOf({}, { NODE_NAME: 'n1', POD_NAME: 'p' })).not.toHaveProperty('k8s.node.name');
  });
});
