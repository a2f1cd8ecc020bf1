import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTestControlPlane, TEST_TOKEN, type TestControlPlane } from '../testing/control-plane.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

let server: TestControlPlane;
beforeAll(async () => {
  server = await startTestControlPlane();
});
afterAll(() => server[Symbol.asyncDispose]());

function login(token: string, on = server): Promise<Response> {
  return fetch(`${on.apiUrl}/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  });
}

async function loggedIn(on = server) {
  const response = await login(TEST_TOKEN, on);
  const { csrfToken } = (await response.json()) as { csrfToken: string };
  const setCookie = response.headers.get('set-cookie') ?? '';
  return { cookie: setCookie.split(';')[0] ?? '', setCookie, csrfToken };
}

const codeOf = async (response: Response) => ((await response.json()) as { code: string }).code;

describe('the REST interface', () => {
  it('is closed without a login, whatever is asked', async () => {
    for (const path of ['/self', '/agents', '/nothing', '/events']) {
      const response = await fetch(`${server.apiUrl}${path}`);
      expect(response.status).toBe(401);
      expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
      expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/);
      expect(await codeOf(response)).toBe('unauthenticated');
    }
  });

  it('opens to the administrator by a bearer token, and to no other', async () => {
    expect((await server.fetch('/api/v1/self')).status).toBe(200);
    for (const authorization of ['Bearer wrong', 'Bearer', `Basic ${TEST_TOKEN}`, TEST_TOKEN]) {
      const response = await server.fetch('/api/v1/self', { headers: { authorization } });
      expect(response.status).toBe(401);
    }
  });

  it('describes itself without a login', async () => {
    const response = await fetch(`${server.apiUrl}/openapi.json`);
    expect(await response.json()).toMatchObject({ openapi: '3.1.0', info: { title: 'Drover' } });
  });
});

describe('a login', () => {
  it('works once by the printed link', async () => {
    const token = new URL(server.plane.loginUrl).searchParams.get('token') ?? '';
    expect((await login(token)).status).toBe(200);
    const again = await login(token);
    expect(again.status).toBe(401);
    expect(await codeOf(again)).toBe('login_failed');
  });

  it('gives a cookie that scripts and other sites cannot use', async () => {
    const { setCookie } = await loggedIn();
    expect(setCookie).toMatch(/^drover_session=.*HttpOnly; SameSite=Strict/);
    expect(setCookie).not.toMatch(/Secure/);
  });

  it('reads by the cookie alone, writes only with the CSRF token', async () => {
    const { cookie, csrfToken } = await loggedIn();
    const session = await fetch(`${server.apiUrl}/session`, { headers: { cookie } });
    expect(await session.json()).toMatchObject({ user: 'admin', csrfToken });
    const write = (headers: Record<string, string>) =>
      fetch(`${server.apiUrl}/configs/by-cookie`, {
        method: 'PUT',
        headers: { cookie, 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ body: 'receivers: {}' }),
      });
    const without = await write({});
    expect([without.status, await codeOf(without)]).toEqual([403, 'csrf_failed']);
    expect((await write({ 'x-csrf-token': 'guessed' })).status).toBe(403);
    expect((await write({ 'x-csrf-token': csrfToken })).status).toBe(201);
  });

  it('ends with the logout', async () => {
    const { cookie, csrfToken } = await loggedIn();
    const headers = { cookie, 'x-csrf-token': csrfToken };
    expect((await fetch(`${server.apiUrl}/session`, { method: 'DELETE', headers })).status).toBe(204);
    expect((await fetch(`${server.apiUrl}/session`, { headers })).status).toBe(401);
  });

  it('outlives a restart of the server', async () => {
    const first = await startTestControlPlane({}, server.dataDir).catch(() => undefined);
    expect(first, 'the folder is locked while a server has it').toBeUndefined();
    await using one = await startTestControlPlane();
    const { cookie } = await loggedIn(one);
    await one.plane.stop();
    await using two = await startTestControlPlane({}, one.dataDir);
    expect((await fetch(`${two.apiUrl}/session`, { headers: { cookie } })).status).toBe(200);
  });

  it('is not to be guessed: attempts from one address are limited', async () => {
    await using strict = await startTestControlPlane({ DROVER_HTTP_LOGIN_ATTEMPTS_PER_MINUTE: '3' });
    const statuses = [];
    for (let attempt = 0; attempt < 5; attempt += 1) statuses.push((await login('wrong', strict)).status);
    expect(statuses).toEqual([401, 401, 401, 429, 429]);
    const refused = await login(TEST_TOKEN, strict);
    expect(await codeOf(refused)).toBe('rate_limited');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});
