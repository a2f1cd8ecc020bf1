import { createOpampClient, type OpampClient } from '@drover/opamp/client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { eventually, startTestControlPlane, type TestControlPlane } from '../testing/control-plane.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

/** One of them says of itself what a spreadsheet would run. */
const VERSIONS = ['1.0.0', '2.0.0', '=HYPERLINK("http://evil","3")'];

let server: TestControlPlane;
const agents: OpampClient[] = [];

beforeAll(async () => {
  server = await startTestControlPlane();
  for (const version of VERSIONS) {
    const agent = createOpampClient({
      url: server.plane.opampUrl,
      description: {
        identifying: { 'service.name': 'collector', 'service.version': version },
        nonIdentifying: { 'host.arch': 'arm64' },
      },
      capabilities: ['ReportsStatus'],
    });
    agent.start();
    agents.push(agent);
  }
  await eventually(
    () => server.api.stats(),
    ({ version }) => version.length === VERSIONS.length,
  );
  const labels = [{ env: 'prod', team: 'core, edge' }, { env: 'dev' }];
  for (const [at, set] of labels.entries())
    await server.api.patchAgent(agents[at]?.instanceUid ?? '', { labels: set });
});
afterAll(async () => {
  await Promise.all(agents.map((agent) => agent.stop()));
  await server[Symbol.asyncDispose]();
});

async function exported(query: string): Promise<string> {
  const response = await server.fetch(`/api/v1/agents/export?${query}`);
  expect(response.status).toBe(200);
  return response.text();
}

describe('an export of agents', () => {
  it('has the agents of the filter in its order, with the columns that were named', async () => {
    expect(await exported('columns=version,displayName&sort=-version&selector=env')).toBe(
      'version,displayName\r\n2.0.0,collector\r\n1.0.0,collector\r\n',
    );
    expect(await exported('columns=version&sort=version&selector=env=nowhere')).toBe('version\r\n');
  });

  it('is a file with a name of its own', async () => {
    const { headers } = await server.fetch('/api/v1/agents/export');
    expect(headers.get('content-type')).toContain('text/csv');
    expect(headers.get('content-disposition')).toMatch(/^attachment; filename="agents-[-0-9T]+Z\.csv"$/);
    const json = await server.fetch('/api/v1/agents/export?format=json');
    expect(json.headers.get('content-type')).toContain('application/json');
  });

  it('makes no formula of what an agent says of itself', async () => {
    const text = await exported('columns=version&sort=version');
    expect(text).toContain(`"'=HYPERLINK(""http://evil"",""3"")"`);
  });

  it('has labels in one column, in one for each that is there, or in those that are named', async () => {
    expect(await exported('columns=labels&sort=version&selector=env=prod')).toBe(
      'labels\r\n"env=prod,team=core, edge"\r\n',
    );
    expect(await exported('columns=version,label:*&sort=version&selector=env')).toBe(
      'version,label:env,label:team\r\n1.0.0,prod,"core, edge"\r\n2.0.0,dev,\r\n',
    );
    expect(await exported('columns=label:team,attr:host.arch&selector=env=dev')).toBe(
      'label:team,attr:host.arch\r\n,arm64\r\n',
    );
  });

  it('is JSON of whole summaries, or of the columns', async () => {
    const items = JSON.parse(await exported('format=json&sort=version')) as unknown[];
    expect(items).toEqual((await server.api.listAgents({ sort: 'version' })).items);
    const columns = await exported('format=json&columns=version,labels,configs&selector=env=dev');
    expect(JSON.parse(columns)).toEqual([{ version: '2.0.0', labels: { env: 'dev' }, configs: [] }]);
    expect(JSON.parse(await exported('format=json&selector=env=nowhere'))).toEqual([]);
  });

  it('names the columns that there are where one is not', async () => {
    const response = await server.fetch('/api/v1/agents/export?columns=colour&format=xls');
    expect(response.status).toBe(400);
    const { errors } = (await response.json()) as { errors: { pointer: string; detail: string }[] };
    expect(errors.map(({ pointer }) => pointer).sort()).toEqual(['/columns/0', '/format']);
    expect(errors.find(({ pointer }) => pointer === '/columns/0')?.detail).toContain('displayName');
    expect((await server.fetch('/api/v1/agents/export?selector=a==')).status).toBe(400);
    expect((await server.fetch('/api/v1/agents/export?sort=colour')).status).toBe(400);
  });
});
