import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startServer, startSupervisor, temporaryFolder } from './support/drover.ts';
import { eventually, processesWith } from './support/process.ts';
import { COLLECTOR, describeWithCollector } from './support/requirements.ts';
import { IDLE } from './support/supervised.ts';

type Components = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

describeWithCollector('the components of a real Collector', () => {
  test.each(['ws', 'http'] as const)(
    'appear through a supervisor over %s, and drafts are checked against them',
    async (transport) => {
      await using folder = await temporaryFolder('components');
      const dataDir = join(folder.path, 'data');
      await using server = await startServer({ dataDir });
      const endpoint = transport === 'ws' ? server.opampUrl : server.opampUrl.replace('ws:', 'http:');
      const settings = { server: { endpoint }, agent: { executable: COLLECTOR } };
      await writeFile(join(folder.path, 'supervisor.yaml'), JSON.stringify(settings));
      await writeFile(join(folder.path, 'effective.yaml'), IDLE);
      const supervisor = await startSupervisor({
        folder: folder.path,
        collector: COLLECTOR,
        keepFiles: true,
      });
      try {
        const shown = await eventually('the components are known', async () => {
          const [item] = (await server.api.listAgents({})).items;
          const agent = item && (await server.api.getAgent(item.instanceUid));
          const components = agent?.availableComponents?.components as Components | undefined;
          return components?.receivers === undefined
            ? undefined
            : { hash: agent?.availableComponents?.hash, components };
        });
        expect(shown.hash).toMatch(/^[0-9a-f]+$/);
        expect(Object.keys(shown.components)).toEqual(
          expect.arrayContaining(['receivers', 'exporters', 'extensions']),
        );
        expect(Object.keys(shown.components.receivers ?? {})).toContain('otlp');
        const body = IDLE.replaceAll('receivers: {nop: }', 'receivers: {nop: , tuneintospace: }').replace(
          'receivers: [nop]',
          'receivers: [nop, tuneintospace]',
        );
        const { problems } = await server.api.validateConfig({ body, selector: '' });
        const path = 'receivers::tuneintospace';
        expect(problems).toMatchObject([
          { severity: 'error', source: 'components', path },
          // Nor is it said to be well written.
          { severity: 'info', source: 'schema', path, message: expect.stringMatching(/^not checked: /) },
        ]);
        expect((await server.api.validateConfig({ body: IDLE, selector: '' })).problems).toEqual([]);
      } finally {
        await supervisor.end('SIGTERM');
        for (const pid of await processesWith(join(folder.path, 'storage'))) process.kill(pid, 'SIGKILL');
      }
    },
  );
});
