import { mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Oauth2ClientSettings } from '../settings/settings.ts';
import { basicAuth } from './basic-auth.ts';
import { bearerToken } from './bearer-token.ts';
import { credentialFor } from './credential-for.ts';
import { oauth2Client } from './oauth2-client.ts';

let folder: string;
let problems: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drover-credentials-'));
  problems = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

const onProblem = (message: string) => problems.push(message);
const text = (value: string) => ({ kind: 'text' as const, text: value });
function file(name: string, content: string) {
  const path = join(folder, name);
  writeFileSync(path, content);
  return { kind: 'file' as const, path };
}

describe('a bearer token', () => {
  const settings = { kind: 'bearer_token', header: 'Authorization', scheme: 'Bearer' } as const;

  test('is sent with its scheme, in the header that is asked for', () => {
    expect(bearerToken({ ...settings, token: text('t') }, onProblem).headers()).toEqual({
      Authorization: 'Bearer t',
    });
    const bare = { ...settings, header: 'X-Token', scheme: '', token: text('t') };
    expect(bearerToken(bare, onProblem).headers()).toEqual({ 'X-Token': 't' });
  });

  test('in a file is the first line, and read anew when the file is replaced', () => {
    const token = file('token', 'one\nold\n');
    const source = bearerToken({ ...settings, token }, onProblem);
    expect(source.headers()).toEqual({ Authorization: 'Bearer one' });
    writeFileSync(`${token.path}.new`, 'second\none\n');
    renameSync(`${token.path}.new`, token.path);
    expect(source.headers()).toEqual({ Authorization: 'Bearer second' });
  });

  test('behind a link, as secrets are mounted, follows the link', () => {
    const token = { kind: 'file' as const, path: join(folder, 'token') };
    symlinkSync(file('a', 'one').path, token.path);
    const source = bearerToken({ ...settings, token }, onProblem);
    expect(source.headers()).toEqual({ Authorization: 'Bearer one' });
    symlinkSync(file('b', 'two').path, `${token.path}.new`);
    renameSync(`${token.path}.new`, token.path);
    expect(source.headers()).toEqual({ Authorization: 'Bearer two' });
  });

  test('that is emptied or gone serves on, and that is said once', () => {
    const token = file('token', 'one');
    const source = bearerToken({ ...settings, token }, onProblem);
    source.headers();
    writeFileSync(token.path, '\n');
    for (let count = 0; count < 3; count++) expect(source.headers()).toEqual({ Authorization: 'Bearer one' });
    rmSync(token.path);
    for (let count = 0; count < 3; count++) expect(source.headers()).toEqual({ Authorization: 'Bearer one' });
    expect(problems).toEqual([
      expect.stringContaining('no token in its first line'),
      expect.stringContaining('ENOENT'),
    ]);
    expect(problems.join()).not.toContain('one');
  });

  test('that was never there is an error that names the file', () => {
    const token = { kind: 'file' as const, path: join(folder, 'missing') };
    expect(() => bearerToken({ ...settings, token }, onProblem).headers()).toThrow('missing');
  });
});

test('user name and password may each stand in a file', () => {
  const encoded = (value: string) => `Basic ${Buffer.from(value).toString('base64')}`;
  const inline = { kind: 'basic_auth', username: text('me'), password: text('se:cret') } as const;
  expect(basicAuth(inline, onProblem).headers()).toEqual({ Authorization: encoded('me:se:cret') });
  const password = file('password', 'one\n');
  const source = basicAuth({ ...inline, username: file('name', 'you\n'), password }, onProblem);
  expect(source.headers()).toEqual({ Authorization: encoded('you:one') });
  writeFileSync(password.path, 'another\n');
  expect(source.headers()).toEqual({ Authorization: encoded('you:another') });
});

interface Asked {
  readonly headers: IncomingHttpHeaders;
  readonly form: URLSearchParams;
}

/** A token endpoint that answers as it is told. */
async function tokenEndpoint(answer: (asked: Asked, count: number) => readonly [number, object]) {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    const each = { headers: request.headers, form: new URLSearchParams(body) };
    asked.push(each);
    const [status, json] = answer(each, asked.length);
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(json));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    asked,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe('client credentials', () => {
  const settings: Omit<Oauth2ClientSettings, 'tokenUrl'> = {
    kind: 'oauth2_client',
    clientId: text('agent id'),
    clientSecret: text('s&cret'),
    scopes: ['a', 'b'],
    endpointParams: { audience: ['fleet'] },
    timeoutMs: 5_000,
    expiryBufferMs: 60_000,
    tls: undefined,
  };

  test('get a token that is used until shortly before its end', async () => {
    await using endpoint = await tokenEndpoint((_asked, count) => [
      200,
      { access_token: `t${count}`, token_type: 'bearer', expires_in: 600 },
    ]);
    let nowMs = 0;
    const options = { settings: { ...settings, tokenUrl: endpoint.url }, now: () => nowMs, onProblem };
    const source = oauth2Client({ ...options, tls: () => ({}) });
    const all = await Promise.all([source.headers(), source.headers()]);
    expect(all).toEqual([{ Authorization: 'Bearer t1' }, { Authorization: 'Bearer t1' }]);
    const [first] = endpoint.asked;
    expect(Object.fromEntries(first?.form ?? [])).toEqual({
      grant_type: 'client_credentials',
      scope: 'a b',
      audience: 'fleet',
    });
    expect(first?.headers.authorization).toBe(`Basic ${Buffer.from('agent+id:s%26cret').toString('base64')}`);
    nowMs = 539_000;
    expect(await source.headers()).toEqual({ Authorization: 'Bearer t1' });
    nowMs = 541_000;
    expect(await source.headers()).toEqual({ Authorization: 'Bearer t2' });
    expect(endpoint.asked).toHaveLength(2);
  });

  test('a token that the server refuses is not shown again', async () => {
    await using endpoint = await tokenEndpoint((_asked, count) => [200, { access_token: `t${count}` }]);
    const source = credentialFor({ ...settings, tokenUrl: endpoint.url }, onProblem);
    await source.headers();
    expect(await source.headers()).toEqual({ Authorization: 'Bearer t1' });
    source.refused();
    expect(await source.headers()).toEqual({ Authorization: 'Bearer t2' });
  });

  test('go into the body where the endpoint wants them there, at once from then on', async () => {
    await using endpoint = await tokenEndpoint(({ form }, count) =>
      form.get('client_secret') === 's&cret' && form.get('client_id') === 'agent id'
        ? [200, { access_token: `t${count}`, expires_in: '1' }]
        : [401, { error: 'invalid_client' }],
    );
    const source = credentialFor({ ...settings, tokenUrl: endpoint.url }, onProblem);
    expect(await source.headers()).toEqual({ Authorization: 'Bearer t2' });
    expect(await source.headers()).toEqual({ Authorization: 'Bearer t3' });
  });

  test('that are refused, or answered with nonsense, are an error with the words of the endpoint and no secret', async () => {
    let answer: readonly [number, object] = [401, { error: 'invalid_client', error_description: 'who?' }];
    await using endpoint = await tokenEndpoint(() => answer);
    const source = credentialFor({ ...settings, tokenUrl: endpoint.url }, onProblem);
    const failed = async () => {
      const error = await Promise.resolve(source.headers()).then(
        () => undefined,
        (reason: Error) => reason,
      );
      expect(error?.message).not.toContain('cret');
      return error?.message;
    };
    expect(await failed()).toContain('HTTP 401, invalid_client: who?');
    answer = [500, {}];
    expect(await failed()).toContain('HTTP 500');
    answer = [200, { access_token: '' }];
    expect(await failed()).toContain('access_token');
  });

  test('while the endpoint is away the token before is used to its end', async () => {
    let isAway = false;
    await using endpoint = await tokenEndpoint(() =>
      isAway ? [503, {}] : [200, { access_token: 't', expires_in: 100 }],
    );
    let nowMs = 0;
    const options = { settings: { ...settings, tokenUrl: endpoint.url }, now: () => nowMs, onProblem };
    const source = oauth2Client({ ...options, tls: () => ({}) });
    await source.headers();
    isAway = true;
    nowMs = 50_000;
    expect(await source.headers()).toEqual({ Authorization: 'Bearer t' });
    expect(problems).toEqual([expect.stringContaining('HTTP 503')]);
    nowMs = 100_000;
    await expect(source.headers()).rejects.toThrow('HTTP 503');
  });
});
