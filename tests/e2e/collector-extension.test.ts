import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startServer, temporaryFolder } from './support/drover.ts';
import { eventually } from './support/process.ts';
import { COLLECTOR, describeWithCollector } from './support/requirements.ts';

describeWithCollector('an unmodified Collector with the opamp extension', () => {
  test.each(['ws', 'http'] as const)(
    'is listed with description, health and configuration over %s',
    async (transport) => {
      await using folder = await temporaryFolder('extension');
      await using server = await startServer({
        dataDir: join(folder.path, 'data'),
        args: ['--config', await settings(folder.path)],
      });
      const { token } = await server.api.createEnrolmentToken({ name: 'collectors' });
      const endpoint = transport === 'ws' ? server.opampUrl : server.opampUrl.replace('ws:', 'http:');
      const polling = transport === 'http' ? '\n        polling_interval: 500ms' : '';
      await writeFile(
        join(folder.path, 'collector.yaml'),
        `receivers: {nop: }
exporters: {nop: }
extensions:
  opamp:
    server:
      ${transport}:
        endpoint: ${endpoint}${polling}
        headers: {Authorization: "Bearer ${token}"}
service:
  extensions: [opamp]
  telemetry: {metrics: {level: none}}
  pipelines: {traces: {receivers: [nop], exporters: [nop]}}
`,
      );
      const collector = spawn(COLLECTOR, ['--config', join(folder.path, 'collector.yaml')], {
        stdio: 'ignore',
      });
      try {
        const agent = await eventually('the Collector is healthy', async () => {
          const { items } = await server.api.listAgents({ health: ['healthy'] });
          const [item] = items;
          if (item === undefined) return undefined;
          const now = await server.api.getAgent(item.instanceUid);
          return now.effectiveConfig === null ? undefined : now;
        });
        expect(agent.connection.transport).toBe(transport === 'ws' ? 'websocket' : 'http');
        expect(agent.description.identifying['service.version']).toBe('0.149.0');
        expect(agent.capabilities).not.toContain('AcceptsRemoteConfig');
        expect(JSON.stringify(agent.effectiveConfig)).not.toContain(token);
        await server.api.putConfig('nothing', { body: 'receivers: {nop: }\n' });
        const preview = await server.api.previewRollout({
          target: { kind: 'config', name: 'nothing' },
          selector: '',
        });
        expect(preview).toMatchObject({ matched: 1, wouldChange: { count: 0 }, cannot: { count: 1 } });
      } finally {
        const ended = once(collector, 'exit');
        collector.kill('SIGTERM');
        await ended;
      }
      if (transport === 'ws') {
        await eventually(
          'its goodbye arrived',
          async () => (await server.api.stats()).state.disconnected === 1,
        );
      }
    },
  );

  test('is refused without a token where tokens are asked for', async () => {
    await using folder = await temporaryFolder('refused');
    await using server = await startServer({
      dataDir: join(folder.path, 'data'),
      args: ['--config', await settings(folder.path)],
    });
    const answer = await fetch(server.opampUrl.replace('ws:', 'http:'), {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf' },
      body: new Uint8Array(),
    });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toContain('Bearer');
  });
});

async function settings(folder: string): Promise<string> {
  const file = join(folder, 'drover.yaml');
  await writeFile(file, 'agents: {enrolment: token}\n');
  return file;
}
