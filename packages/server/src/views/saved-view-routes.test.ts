import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startTestControlPlane, type TestControlPlane } from '../testing/control-plane.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

let server: TestControlPlane;
beforeAll(async () => {
  server = await startTestControlPlane();
});
afterAll(() => server[Symbol.asyncDispose]());

test('a view is saved, listed and deleted', async () => {
  const { api } = server;
  const body = { filter: { health: ['unhealthy' as const] }, by: 'type' };
  expect(await api.putView('Broken / by type', body)).toMatchObject({ ...body, name: 'Broken / by type' });
  expect((await api.listViews()).items).toMatchObject([{ name: 'Broken / by type', filter: body.filter }]);
  await api.deleteView('Broken / by type');
  expect((await api.listViews()).items).toEqual([]);
  await expect(api.deleteView('Broken / by type')).rejects.toMatchObject({
    status: 404,
    code: 'view_not_found',
  });
});

test('what is no view is refused with the place', async () => {
  const { api } = server;
  const refused = { status: 400, code: 'invalid_request' };
  await expect(api.putView('a\nb', {})).rejects.toMatchObject(refused);
  await expect(api.putView('x'.repeat(65), {})).rejects.toMatchObject(refused);
  await expect(api.putView('a', { colour: 'red' } as object)).rejects.toMatchObject(refused);
  await expect(api.putView('a', { filter: { health: ['ill'] } } as object)).rejects.toMatchObject({
    ...refused,
    problem: { errors: [{ pointer: '/filter/health/0' }] },
  });
});
