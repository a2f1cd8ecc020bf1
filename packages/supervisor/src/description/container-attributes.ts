import type { Attributes } from '@drover/opamp';
import type { HostProbe } from './host-probe.ts';

const SERVICE_ACCOUNT_NAMESPACE = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';

/** Variables by which pods are commonly told who they are (downward API), the OpenTelemetry operator's own first. */
const KUBERNETES_VARIABLES: Readonly<Record<string, readonly string[]>> = {
  'k8s.pod.name': ['OTEL_RESOURCE_ATTRIBUTES_POD_NAME', 'K8S_POD_NAME', 'POD_NAME', 'MY_POD_NAME'],
  'k8s.pod.uid': ['OTEL_RESOURCE_ATTRIBUTES_POD_UID', 'K8S_POD_UID', 'POD_UID', 'MY_POD_UID'],
  'k8s.node.name': [
    'OTEL_RESOURCE_ATTRIBUTES_NODE_NAME',
    'K8S_NODE_NAME',
    'KUBE_NODE_NAME',
    'NODE_NAME',
    'MY_NODE_NAME',
  ],
  'k8s.namespace.name': ['K8S_NAMESPACE', 'K8S_NAMESPACE_NAME', 'POD_NAMESPACE', 'MY_POD_NAMESPACE'],
  'k8s.cluster.name': ['K8S_CLUSTER_NAME'],
};

/** The container that the supervisor runs in, and its pod, by what the host itself says. Empty outside of containers. */
export function containerAttributes(host: HostProbe): Attributes {
  const cgroup = host.readText('/proc/self/cgroup') ?? '';
  const id = containerId(cgroup, host.readText('/proc/self/mountinfo') ?? '');
  return { ...(id === undefined ? {} : { 'container.id': id }), ...kubernetesAttributes(host, cgroup) };
}

/** The control group's last segment names it; in a namespace of its own the mounted name file of the container does. */
function containerId(cgroup: string, mounts: string): string | undefined {
  for (const line of cgroup.split('\n')) {
    const id = /\/(?:[a-z-]+-)?([0-9a-f]{64})(?:\.scope)?$/.exec(line)?.[1];
    if (id !== undefined) return id;
  }
  for (const line of mounts.split('\n')) {
    // The fields of the line: id, parent, device, root, mount point. On a host the same files are mounted elsewhere.
    const [, , , root = '', mountPoint] = line.split(' ');
    if (mountPoint !== '/etc/hostname') continue;
    const id = /\/([0-9a-f]{64})\//.exec(root)?.[1];
    if (id !== undefined) return id;
  }
  return undefined;
}

function kubernetesAttributes(host: HostProbe, cgroup: string): Attributes {
  const { env } = host;
  // Set in every pod; elsewhere names such as NODE_NAME mean other things.
  if (env.KUBERNETES_SERVICE_HOST === undefined) return {};
  const attributes: Record<string, string> = {};
  const podUid = /pod([0-9a-f]{8}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{12})/.exec(
    cgroup,
  )?.[1];
  if (podUid !== undefined) attributes['k8s.pod.uid'] = podUid.replaceAll('_', '-');
  const namespace = host.readText(SERVICE_ACCOUNT_NAMESPACE)?.trim();
  if (namespace) attributes['k8s.namespace.name'] = namespace;
  for (const [key, names] of Object.entries(KUBERNETES_VARIABLES)) {
    const value = names.map((name) => env[name]).find(Boolean);
    if (value !== undefined) attributes[key] = value;
  }
  return attributes;
}
