import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTestControlPlane, type TestControlPlane } from '../testing/control-plane.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

let server: TestControlPlane;
beforeAll(async () => {
  server = await startTestControlPlane();
});
afterAll(() => server[Symbol.asyncDispose]());

async function put(name: string, body: string, headers: Record<string, string> = {}) {
  const response = await server.fetch(`/api/v1/configs/${name}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ body }),
  });
  const etag = response.headers.get('etag');
  return { status: response.status, etag, answer: (await response.json()) as Record<string, unknown> };
}

describe('configurations', () => {
  it('are made with 201, written with 200, and make no revision of the same content', async () => {
    const first = await put('written', 'a: 1');
    const same = await put('written', 'a: 1');
    const second = await put('written', 'a: 2');
    expect([first.status, same.status, second.status]).toEqual([201, 200, 200]);
    expect([first, same, second].map(({ answer }) => answer.created)).toEqual([true, false, true]);
    expect(second.answer).toMatchObject({ name: 'written', revision: { number: 2, author: 'admin' } });
    const { items, total } = await server.api.listRevisions('written');
    expect([items.map(({ number }) => number), total]).toEqual([[2, 1], 2]);
    expect(await server.api.getRevision('written', 1)).toMatchObject({
      body: 'a: 1',
      contentType: 'text/yaml',
    });
    expect(await server.api.getConfig('written')).toMatchObject({ body: 'a: 2', use: { assigned: 0 } });
  });

  it('are not overwritten by somebody who has not seen the newest revision', async () => {
    const { etag } = await put('edited', 'a: 1');
    const mine = await put('edited', 'a: 2', { 'if-match': etag ?? '' });
    const theirs = await put('edited', 'a: 3', { 'if-match': etag ?? '' });
    expect([mine.status, theirs.status, theirs.answer.code]).toEqual([200, 412, 'revision_conflict']);
    expect((await server.fetch('/api/v1/configs/edited')).headers.get('etag')).toBe(mine.etag);
    expect((await put('edited', 'a: 4', { 'if-match': 'no quotes' })).status).toBe(400);
    expect((await put('edited', 'a: 4', { 'if-match': '*' })).status).toBe(200);
  });

  it('are refused with line and column where they are no YAML', async () => {
    const { status, answer } = await put('broken', 'a: 1\nb: [1\n');
    expect([status, answer.code]).toEqual([400, 'invalid_config']);
    expect(answer.errors).toEqual([
      expect.objectContaining({ pointer: '/body', line: expect.any(Number), column: expect.any(Number) }),
    ]);
  });

  it('are refused under a name that is none', async () => {
    expect((await put('Not%20A%20Name', 'a: 1')).status).toBe(400);
  });

  it('have a draft, which is read and saved with its ETag', async () => {
    const saved = await server.api.putConfigDraft('drafted', { body: 'a: [', baseRevision: null });
    expect(saved).toMatchObject({ name: 'drafted', body: 'a: [', format: 'collector', author: 'admin' });
    const read = await server.fetch('/api/v1/configs/drafted/draft');
    expect(read.headers.get('etag')).toBe(`"${saved.hash}"`);
    await server.api.putConfigDraft('drafted', { body: 'a: 1' }, saved.hash);
    await expect(server.api.putConfigDraft('drafted', { body: 'a: 2' }, saved.hash)).rejects.toMatchObject({
      status: 412,
      code: 'config_draft_conflict',
    });
    await expect(server.api.putConfigDraft('drafted', { body: 'a: 2' }, null)).rejects.toMatchObject({
      status: 412,
    });
    expect((await server.api.listConfigDrafts()).items.map(({ name }) => name)).toEqual(['drafted']);
    await server.api.deleteConfigDraft('drafted');
    await expect(server.api.getConfigDraft('drafted')).rejects.toMatchObject({ status: 404 });
  });

  it('are checked without being kept', async () => {
    const { valid, problems } = await server.api.validateConfig({
      body: 'receivers:\n  otlp: {}\nservice: {}\n',
    });
    expect(valid).toBe(problems.every(({ severity }) => severity !== 'error'));
    expect(problems.length).toBeGreaterThan(0);
    expect((await server.fetch('/api/v1/configs/validate')).status).toBe(404);
  });

  it('are removed, and unknown ones are unknown', async () => {
    await put('removed', 'a: 1');
    await server.api.deleteConfig('removed');
    await expect(server.api.getConfig('removed')).rejects.toMatchObject({
      status: 404,
      code: 'config_not_found',
    });
    await expect(server.api.deleteConfig('removed')).rejects.toMatchObject({ code: 'config_not_found' });
    await expect(server.api.getRevision('written', 99)).rejects.toMatchObject({ code: 'revision_not_found' });
  });

  it('are listed in pages', async () => {
    const names: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof server.api.listConfigs>> = await server.api.listConfigs({
        limit: 1,
        ...(cursor === null ? {} : { cursor }),
      });
      names.push(...page.items.map(({ name }) => name));
      expect(page.total).toBe(2);
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(names).toEqual(['edited', 'written']);
    await expect(server.api.listConfigs({ cursor: 'nonsense' })).rejects.toMatchObject({
      code: 'invalid_cursor',
    });
  });
});
