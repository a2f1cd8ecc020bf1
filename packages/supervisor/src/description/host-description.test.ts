import { expect, test, vi } from 'vitest';
import type { CloudMetadata } from './cloud-metadata.ts';
import { HostDescription } from './host-description.ts';

const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
const host = {
  platform: 'linux',
  arch: 'x64',
  hostname: 'box',
  kernel: { name: 'Linux', release: '6' },
  env: {},
  readText: (path: string) => (path.endsWith('sys_vendor') ? 'Amazon EC2\n' : undefined),
};
const unavailable: CloudMetadata = { kind: 'unavailable', message: 'no' };

test('what the cloud says comes on top of what the host says, and is announced', async () => {
  const description = new HostDescription(host, logger);
  const seen: unknown[] = [];
  description.onChange(() => seen.push(description.attributes));
  await description.askCloud(new AbortController().signal, async (provider) => ({
    kind: 'attributes',
    attributes: { 'cloud.region': `of ${provider}` },
  }));
  expect(seen).toEqual([
    expect.objectContaining({ 'cloud.provider': 'aws', 'cloud.region': 'of aws', 'host.name': 'box' }),
  ]);
});

test('a service that does not answer is asked a few times, then no more', async () => {
  const description = new HostDescription(host, logger);
  const query = vi.fn(async () => unavailable);
  await description.askCloud(new AbortController().signal, query, [1, 1]);
  expect(query).toHaveBeenCalledTimes(3);
  expect(logger.warn).toHaveBeenCalledTimes(1);
});

test('a supervisor that stops ends it', async () => {
  const stopping = new AbortController();
  const description = new HostDescription(host, logger);
  const asked = description.askCloud(stopping.signal, async () => {
    stopping.abort();
    return unavailable;
  });
  await asked;
});
