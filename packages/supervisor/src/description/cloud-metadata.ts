import { type IncomingHttpHeaders, request } from 'node:http';
import type { Attributes } from '@drover/opamp';

/** The address at which clouds answer their machines, the same in all of them. */
export const METADATA_URL = 'http://169.254.169.254';
/** For all that is asked of a service together. */
const LIMIT_MS = 2_000;
const MAX_BODY_BYTES = 256 * 1024;

type Ask = (
  method: 'GET' | 'PUT',
  path: string,
  headers: Readonly<Record<string, string>>,
) => Promise<{ readonly body: string; readonly headers: IncomingHttpHeaders }>;

/** How to ask each provider's service, and what its answer means. */
const SERVICES: Readonly<Record<string, (ask: Ask) => Promise<Attributes>>> = {
  aws: async (ask) => {
    const { body: token } = await ask('PUT', '/latest/api/token', {
      'X-aws-ec2-metadata-token-ttl-seconds': '60',
    });
    const { body } = await ask('GET', '/latest/dynamic/instance-identity/document', {
      'X-aws-ec2-metadata-token': token,
    });
    const document = JSON.parse(body);
    return {
      'cloud.provider': 'aws',
      'cloud.platform': 'aws_ec2',
      ...texts({
        'cloud.account.id': document.accountId,
        'cloud.region': document.region,
        'cloud.availability_zone': document.availabilityZone,
        'host.id': document.instanceId,
        'host.type': document.instanceType,
        'host.image.id': document.imageId,
      }),
    };
  },
  gcp: async (ask) => {
    const answer = await ask('GET', '/computeMetadata/v1/?recursive=true', { 'Metadata-Flavor': 'Google' });
    // Something else may answer at this address, but not with this header.
    if (answer.headers['metadata-flavor'] !== 'Google') throw new Error('the answer is not of Google');
    // The id is a number that is too large for one of JavaScript's.
    const { project, instance } = JSON.parse(answer.body.replaceAll(/("id":\s*)(\d+)/g, '$1"$2"'));
    const zone = lastSegment(instance?.zone);
    return {
      'cloud.provider': 'gcp',
      'cloud.platform': 'gcp_compute_engine',
      ...texts({
        'cloud.account.id': project?.projectId,
        'cloud.region': zone?.replace(/-[a-z]$/, ''),
        'cloud.availability_zone': zone,
        'host.id': instance?.id,
        'host.type': lastSegment(instance?.machineType),
      }),
    };
  },
  azure: async (ask) => {
    const { body } = await ask('GET', '/metadata/instance/compute?api-version=2021-02-01&format=json', {
      Metadata: 'true',
    });
    const compute = JSON.parse(body);
    return {
      'cloud.provider': 'azure',
      'cloud.platform': 'azure.vm',
      ...texts({
        'cloud.account.id': compute.subscriptionId,
        'cloud.region': compute.location,
        'cloud.availability_zone': compute.zone || undefined,
        'cloud.resource_id': compute.resourceId,
        'host.id': compute.vmId,
        'host.type': compute.vmSize,
      }),
    };
  },
};

export type CloudMetadata =
  | { readonly kind: 'attributes'; readonly attributes: Attributes }
  | { readonly kind: 'unavailable'; readonly message: string };

/**
 * Asks the metadata service of the cloud, by its link-local address and through no proxy. Where `provider` is known only that one is asked, else
 * all, and the first that answers counts. Takes two seconds at most, and never rejects.
 */
export async function queryCloudMetadata(
  provider: string | undefined,
  signal: AbortSignal,
  baseUrl = METADATA_URL,
): Promise<CloudMetadata> {
  const known = provider === undefined ? undefined : SERVICES[provider];
  if (provider !== undefined && known === undefined)
    return { kind: 'unavailable', message: `no metadata service is known of ${provider}` };
  const services = known === undefined ? Object.values(SERVICES) : [known];
  const limit = new AbortController();
  const ask = asker(baseUrl, AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS), limit.signal]));
  try {
    const attributes = await Promise.any(services.map((service) => service(ask)));
    return { kind: 'attributes', attributes };
  } catch (error) {
    const [first] = error instanceof AggregateError ? error.errors : [error];
    return { kind: 'unavailable', message: first instanceof Error ? first.message : String(first) };
  } finally {
    limit.abort();
  }
}

function asker(baseUrl: string, signal: AbortSignal): Ask {
  return (method, path, headers) =>
    new Promise((resolve, reject) => {
      const asked = request(`${baseUrl}${path}`, { method, headers, signal, agent: false }, (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (text: string) => {
          body += text;
          if (body.length > MAX_BODY_BYTES) asked.destroy(new Error('the answer is too large'));
        });
        response.on('error', reject);
        response.on('end', () => {
          const { statusCode } = response;
          if (statusCode === 200) resolve({ body, headers: response.headers });
          else reject(new Error(`the metadata service answered with HTTP ${statusCode}`));
        });
      });
      asked.on('error', reject).end();
    });
}

function texts(values: Readonly<Record<string, unknown>>): Attributes {
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : [])),
  );
}

function lastSegment(path: unknown): string | undefined {
  return typeof path === 'string' ? path.slice(path.lastIndexOf('/') + 1) : undefined;
}
