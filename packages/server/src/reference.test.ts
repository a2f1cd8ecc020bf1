import { readFileSync } from 'node:fs';
import { createApiClient } from '@drover/api';
import { expect, it, vi } from 'vitest';
import { startTestControlPlane } from './testing/control-plane.ts';
import { referencePages } from './testing/reference-pages.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

const pages = await referencePages();

it.each(Object.keys(pages))('docs/reference/%s says what the code does, no more and no less', (name) => {
  const written = readFileSync(new URL(`../../../docs/reference/${name}`, import.meta.url), 'utf8');
  expect(written, 'run packages/server/scripts/write-reference.ts').toBe(pages[name]);
});

it('every call of the typed client has a route', async () => {
  await using server = await startTestControlPlane();
  const requests: string[] = [];
  const client = createApiClient({
    baseUrl: '',
    fetch: async (url, init) => {
      requests.push(`${init?.method} ${String(url)}`);
      return new Response('{}');
    },
  });
  const args = ['11111111-1111-7111-8111-111111111111', 'pause', 'x'];
  const own: Record<string, unknown[]> = {
    previewEnrolment: ['approve', { selector: 'a=b' }],
    decideEnrolment: ['reject', { selector: 'a=b' }],
  };
  for (const [name, call] of Object.entries(client))
    await (call as (...given: unknown[]) => Promise<unknown>)(...(own[name] ?? args));
  expect(requests.length).toBe(Object.keys(client).length);
  for (const request of requests) {
    const [method = '', path = ''] = request.split(' ');
    const response = await server.fetch(path, { method });
    const code = response.ok ? '' : ((await response.json()) as { code: string }).code;
    expect(['not_found', 'method_not_allowed'], request).not.toContain(code);
  }
});
