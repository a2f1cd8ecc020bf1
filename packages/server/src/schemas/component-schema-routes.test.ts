import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTestControlPlane, type TestControlPlane } from '../testing/control-plane.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

let server: TestControlPlane;
beforeAll(async () => {
  server = await startTestControlPlane();
});
afterAll(() => server[Symbol.asyncDispose]());

const json = { method: 'PUT', headers: { 'content-type': 'application/json' } };

describe('component schemas over REST', () => {
  it('of the own distribution are there from the start, with an entity tag', async () => {
    const { items } = await server.api.listComponentSchemas();
    expect(items).toMatchObject([{ distribution: 'otelcol-drover', origin: 'bundled', createdAt: null }]);
    const [own] = items;
    const response = await server.fetch(`/api/v1/component-schemas/otelcol-drover/${own?.version}`);
    expect(response.headers.get('etag')).toBe(`"${own?.hash}"`);
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(await response.json()).toMatchObject({
      distribution: 'otelcol-drover',
      version: own?.version,
      components: { exporters: { debug: { properties: { verbosity: { type: ['string', 'integer'] } } } } },
      service: { properties: { telemetry: {} } },
    });
  });

  it('are stored, read, told for agents and removed', async () => {
    const body = { components: { receivers: { a: { properties: { b: { type: 'string' as const } } } } } };
    expect(await server.api.putComponentSchemas('acme+col', '1.0.0-rc.1', body)).toMatchObject({
      origin: 'stored',
      author: 'admin',
      components: 1,
    });
    expect(await server.api.getComponentSchemas('acme+col', '1.0.0-rc.1')).toEqual({
      distribution: 'acme+col',
      version: '1.0.0-rc.1',
      ...body,
    });
    expect(await server.api.componentSchemasFor('')).toEqual({ agents: 0, targets: [] });
    await server.api.deleteComponentSchemas('acme+col', '1.0.0-rc.1');
    await expect(server.api.getComponentSchemas('acme+col', '1.0.0-rc.1')).rejects.toMatchObject({
      status: 404,
      code: 'component_schemas_not_found',
    });
  });

  it('are refused with a pointer where they are none', async () => {
    const answer = async (path: string, body: unknown) => {
      const response = await server.fetch(`/api/v1/component-schemas/${path}`, {
        ...json,
        body: JSON.stringify(body),
      });
      return { status: response.status, ...((await response.json()) as Record<string, unknown>) };
    };
    expect(await answer('a/1', { components: {}, more: 1 })).toMatchObject({
      status: 400,
      code: 'invalid_request',
    });
    expect(await answer('a/1', { components: { reciever: {} } })).toMatchObject({
      status: 400,
      code: 'invalid_component_schemas',
      errors: [{ pointer: '/components/reciever' }],
    });
    expect((await answer('a%20b/1', { components: {} })).status).toBe(400);
    const deep = `{"components":{"receivers":{"a":${'{"items":'.repeat(20_000)}{}${'}'.repeat(20_000)}}}}`;
    const response = await server.fetch('/api/v1/component-schemas/a/1', { ...json, body: deep });
    expect([response.status, (await response.json()) as object]).toMatchObject([
      400,
      { code: 'invalid_component_schemas' },
    ]);
  });

  it('need a selector to be told for agents', async () => {
    const response = await server.fetch('/api/v1/component-schemas/for');
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([
      400,
      'invalid_request',
    ]);
  });
});
