import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { queryCloudMetadata } from './cloud-metadata.ts';

const running = new AbortController().signal;

/** Answers as one cloud does; other paths are not found. */
async function metadataService(
  answers: Readonly<Record<string, { readonly body: string; readonly headers?: Record<string, string> }>>,
) {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    asked.push(request);
    const answer = answers[`${request.method} ${request.url}`];
    if (answer === undefined) response.writeHead(404).end();
    else response.writeHead(200, answer.headers).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    asked,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const AWS = {
  'PUT /latest/api/token': { body: 'tok' },
  'GET /latest/dynamic/instance-identity/document': {
    body: JSON.stringify({
      accountId: '1234',
      region: 'eu-west-1',
      availabilityZone: 'eu-west-1b',
      instanceId: 'i-1',
      instanceType: 'm5.large',
    }),
  },
};
const GCP = {
  'GET /computeMetadata/v1/?recursive=true': {
    headers: { 'Metadata-Flavor': 'Google' },
    body: '{"project":{"projectId":"p1"},"instance":{"id": 1234567890123456789,"zone":"projects/1/zones/europe-west1-b","machineType":"projects/1/machineTypes/e2-small"}}',
  },
};
const AZURE = {
  'GET /metadata/instance/compute?api-version=2021-02-01&format=json': {
    body: JSON.stringify({
      location: 'westeurope',
      vmId: 'v1',
      vmSize: 'Standard_B1s',
      subscriptionId: 's1',
      zone: '',
    }),
  },
};

test('Amazon is asked with a session token', async () => {
  await using service = await metadataService(AWS);
  expect(await queryCloudMetadata('aws', running, service.url)).toEqual({
    kind: 'attributes',
    attributes: {
      'cloud.provider': 'aws',
      'cloud.platform': 'aws_ec2',
      'cloud.account.id': '1234',
      'cloud.region': 'eu-west-1',
      'cloud.availability_zone': 'eu-west-1b',
      'host.id': 'i-1',
      'host.type': 'm5.large',
    },
  });
  expect(service.asked.at(-1)?.headers['x-aws-ec2-metadata-token']).toBe('tok');
});

test('where the provider is not known the one that answers counts', async () => {
  await using google = await metadataService(GCP);
  expect(await queryCloudMetadata(undefined, running, google.url)).toMatchObject({
    attributes: {
      'cloud.provider': 'gcp',
      'cloud.region': 'europe-west1',
      'cloud.availability_zone': 'europe-west1-b',
      'host.id': '1234567890123456789',
      'host.type': 'e2-small',
    },
  });
  await using azure = await metadataService(AZURE);
  const { attributes } = (await queryCloudMetadata(undefined, running, azure.url)) as { attributes: object };
  expect(attributes).toMatchObject({ 'cloud.provider': 'azure', 'host.id': 'v1' });
  expect(attributes).not.toHaveProperty('cloud.availability_zone');
});

test.each([
  ['nobody is there', undefined],
  ['something else answers', { 'GET /computeMetadata/v1/?recursive=true': { body: '{}' } }],
  ['the answer is no JSON', { 'PUT /latest/api/token': { body: 't' }, ...GCP }],
])('where %s, that is said and no more', async (_what, answers) => {
  await using service = await metadataService(answers ?? {});
  const url = answers === undefined ? 'http://127.0.0.1:1' : service.url;
  const asked = await queryCloudMetadata(_what.includes('JSON') ? 'aws' : undefined, running, url);
  expect(asked).toMatchObject({ kind: 'unavailable', message: expect.stringMatching(/./) });
});

test('a cloud without a known service is not asked', async () => {
  expect(await queryCloudMetadata('hetzner', running)).toMatchObject({ kind: 'unavailable' });
});

test('a supervisor that stops does not wait for it', async () => {
  const stopping = new AbortController();
  const asked = queryCloudMetadata('aws', stopping.signal, 'http://127.0.0.1:1');
  stopping.abort();
  expect((await asked).kind).toBe('unavailable');
});
