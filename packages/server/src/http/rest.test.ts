import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTestControlPlane, type TestControlPlane } from '../testing/control-plane.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

let server: TestControlPlane;
beforeAll(async () => {
  server = await startTestControlPlane({ DROVER_HTTP_MAX_BODY_BYTES: '1200KB' });
});
afterAll(() => server[Symbol.asyncDispose]());

interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly errors?: { pointer: string; detail: string; line?: number; column?: number }[];
}

async function refusal(path: string, init?: RequestInit): Promise<Refusal> {
  const response = await server.fetch(path, init);
  expect(response.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  const problem = (await response.json()) as Refusal;
  expect(problem.status).toBe(response.status);
  expect(problem.title).not.toBe('');
  expect(problem.detail).not.toBe('');
  return problem;
}

const json = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

describe('a refused request', () => {
  it('is a problem document where nothing answers', async () => {
    expect(await refusal('/api/v1/nothing')).toMatchObject({ status: 404, code: 'not_found' });
    expect(await refusal('/api/v2/agents')).toMatchObject({ status: 404, code: 'not_found' });
    expect(await refusal('/api/v1/agents', { method: 'PUT' })).toMatchObject({
      status: 405,
      code: 'method_not_allowed',
    });
  });

  it('names line and column of JSON that does not parse', async () => {
    const { code, errors } = await refusal('/api/v1/rollouts', json('{\n  "selector": oops\n}'));
    expect(code).toBe('invalid_request');
    expect(errors).toEqual([
      { pointer: '', line: 2, column: 15, detail: expect.stringContaining('expected a value') },
    ]);
  });

  it('names every field that is wrong by a JSON pointer', async () => {
    const body = { target: { kind: 'config', name: 'Not A Name' }, selector: 3, when: 'now' };
    const { status, errors } = await refusal('/api/v1/rollouts', json(body));
    expect(status).toBe(400);
    expect(errors?.map(({ pointer }) => pointer).sort()).toEqual(['/selector', '/target/name', '/when']);
  });

  it('refuses query fields that nobody knows', async () => {
    const { errors } = await refusal('/api/v1/agents?limit=0&selctor=a');
    expect(errors?.map(({ pointer }) => pointer).sort()).toEqual(['/limit', '/selctor']);
  });

  it('refuses a selector that does not parse with its place', async () => {
    const { code, errors } = await refusal(`/api/v1/agents?selector=${encodeURIComponent('a=1, b in (')}`);
    expect(code).toBe('invalid_selector');
    expect(errors?.[0]).toMatchObject({ line: 1, column: expect.any(Number) });
  });

  it('refuses what is no JSON, is compressed or is too large', async () => {
    const text = { method: 'POST', headers: { 'content-type': 'text/yaml' }, body: 'a: 1' };
    expect(await refusal('/api/v1/rollouts', text)).toMatchObject({
      status: 415,
      code: 'unsupported_media_type',
    });
    const zipped = json('x', { 'content-encoding': 'gzip' });
    expect(await refusal('/api/v1/rollouts', zipped)).toMatchObject({ status: 415 });
    const large = json({ body: 'x'.repeat(1_300_000) });
    expect(await refusal('/api/v1/configs/validate', large)).toMatchObject({
      status: 413,
      code: 'body_too_large',
    });
    const config = { ...json({ body: 'x'.repeat(1_100_000) }), method: 'PUT' };
    expect(await refusal('/api/v1/configs/big', config)).toMatchObject({
      status: 413,
      code: 'config_too_large',
    });
  });

  it('refuses a path that cannot be decoded', async () => {
    expect(await refusal('/api/v1/agents/%ff')).toMatchObject({ status: 400, code: 'invalid_request' });
    expect(await refusal('/agents/%ff')).toMatchObject({ status: 400, code: 'invalid_request' });
  });

  it('is a problem document also where the bytes are no HTTP request', async () => {
    const { port } = new URL(server.plane.httpUrl);
    const answer = await new Promise<string>((resolve, reject) => {
      let text = '';
      const socket = connect(Number(port), '127.0.0.1', () => socket.write('this is no request\r\n\r\n'));
      socket
        .on('data', (chunk) => (text += chunk))
        .on('end', () => resolve(text))
        .on('error', reject);
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\nContent-Type: application\/problem\+json/);
  });

  it('is counted by code', async () => {
    await refusal('/api/v1/nothing');
    const metrics = await (await server.fetch('/metrics')).text();
    expect(metrics).toMatch(/^drover_http_errors_total\{code="not_found"\} [1-9]/m);
  });
});

describe('probes', () => {
  it('answer without a login', async () => {
    for (const path of ['/healthz', '/readyz']) {
      expect((await fetch(`${server.plane.httpUrl}${path}`)).status).toBe(200);
    }
  });

  it("give Prometheus the contract's metrics and Node's own", async () => {
    const response = await fetch(`${server.plane.httpUrl}/metrics`);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain/);
    const text = await response.text();
    for (const name of [
      'drover_agents',
      'drover_opamp_messages_total',
      'drover_opamp_connections',
      'drover_opamp_errors_total',
      'drover_offers_total',
      'drover_http_request_duration_seconds',
      'drover_storage_write_duration_seconds',
      'nodejs_eventloop_lag_seconds',
    ]) {
      expect(text).toContain(`# TYPE ${name} `);
    }
  });
});

describe('security headers', () => {
  it('stand on every answer', async () => {
    for (const path of ['/healthz', '/api/v1/self', '/agents']) {
      const { headers } = await server.fetch(path);
      expect(headers.get('content-security-policy')).toMatch(/default-src 'none';.*script-src 'self'/);
      expect(headers.get('content-security-policy')).not.toMatch(/unsafe/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toBe('DENY');
    }
  });
});

describe('an Idempotency-Key', () => {
  const make = (name: string, key: string) =>
    server.fetch('/api/v1/enrolment-tokens', json({ name }, { 'idempotency-key': key }));

  it('has a repeated write answered as the first time', async () => {
    const first = await make('repeated', 'key-1');
    const second = await make('repeated', 'key-1');
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    expect(await second.text()).toBe(await first.text());
    expect(
      (await server.api.listEnrolmentTokens()).items.filter(({ name }) => name === 'repeated'),
    ).toHaveLength(1);
  });

  it('is good for one request only', async () => {
    await make('one', 'key-2');
    const other = await make('two', 'key-2');
    expect([other.status, ((await other.json()) as Refusal).code]).toEqual([409, 'idempotency_conflict']);
  });

  it('does not keep refusals', async () => {
    expect((await make('one', 'key-3')).status).toBe(409);
    expect((await make('three', 'key-3')).status).toBe(201);
  });

  it('lets one of two at the same time through', async () => {
    const answers = await Promise.all([make('racing', 'key-4'), make('racing', 'key-4')]);
    const statuses = answers.map(({ status }) => status).sort();
    expect([
      [201, 409],
      [201, 201],
    ]).toContainEqual(statuses);
    expect(
      (await server.api.listEnrolmentTokens()).items.filter(({ name }) => name === 'racing'),
    ).toHaveLength(1);
  });

  it('must be one', async () => {
    expect((await make('x', 'k'.repeat(256))).status).toBe(400);
  });
});
