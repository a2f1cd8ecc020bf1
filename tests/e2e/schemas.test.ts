import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { createOpampClient } from '@drover/opamp/client';
import { describe, expect, test } from 'vitest';
import { onPath } from '../../scripts/lib/run.ts';
import { cliIn } from './support/cli.ts';
import { startServer, temporaryFolder } from './support/drover.ts';
import { eventually, ROOT } from './support/process.ts';
import { MINIMAL_COLLECTOR } from './support/requirements.ts';

const missing =
  MINIMAL_COLLECTOR === ''
    ? 'the minimal Collector is not built'
    : onPath(['go']) === undefined
      ? 'Go is not installed'
      : '';

const BODY = (field: string) => `receivers: {otlp: {protocols: {http: {}}}}
exporters:
  otlphttp:
    endpoint: http://gateway:4318
    ${field}: true
service: {pipelines: {traces: {receivers: [otlp], exporters: [otlphttp]}}}
`;

function makeSchemas(...args: string[]): Promise<{ readonly code: number; readonly stderr: string }> {
  return new Promise((done) => {
    execFile(
      process.execPath,
      [`${ROOT}scripts/collector/schemas.ts`, ...args],
      { maxBuffer: 64 * 1024 * 1024 },
      (error, _stdout, stderr) =>
        done({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : 1, stderr }),
    );
  });
}

describe.skipIf(missing !== '')(
  missing === ''
    ? 'component schemas of another distribution'
    : `component schemas of another distribution (skipped: ${missing})`,
  () => {
    test('are made of what its Collector says is in it, stored, and serve for its agents', async () => {
      await using folder = await temporaryFolder('schemas');
      await using server = await startServer({ dataDir: join(folder.path, 'data') });
      const cli = cliIn(folder.path);
      expect((await cli.run('login', '--url', server.httpUrl, '--data-dir', 'data')).code).toBe(0);
      const agent = createOpampClient({
        url: server.opampUrl,
        description: { identifying: { 'service.name': 'otelcol-minimal', 'service.version': '0.149.0' } },
        capabilities: ['ReportsStatus', 'AcceptsRemoteConfig'],
      });
      agent.start();
      await eventually('it is there', async () => (await server.api.stats()).state.connected === 1);
      cli.file('bad.yaml', BODY('no_such_field'));
      cli.file('good.yaml', BODY('metadata_no').replace('metadata_no: true', 'compression: gzip'));
      const validate = (file: string) =>
        cli.run('configs', 'validate', '-f', file, '-l', 'service.name=otelcol-minimal');
      const before = await cli.run('schemas', 'list', '-l', 'service.name=otelcol-minimal');
      expect(before.stdout).not.toContain('its own');

      const output = join(folder.path, 'minimal.json');
      const made = await makeSchemas('--collector', MINIMAL_COLLECTOR, '--output', output);
      expect(made.code, made.stderr).toBe(0);
      const put = await cli.run('schemas', 'put', 'minimal.json');
      expect(put.stdout).toBe('otelcol-minimal 0.149.0: schemas of 5 components stored\n');
      const after = await cli.run('schemas', 'list', '-l', 'service.name=otelcol-minimal');
      expect(after.stdout).toMatch(/otelcol-minimal +0\.149\.0 +1 +its own/);
      const refused = await validate('bad.yaml');
      expect(refused.code).toBe(1);
      expect(refused.stdout + refused.stderr).toContain('no_such_field');
      const fine = await validate('good.yaml');
      expect(fine.code, fine.stdout + fine.stderr).toBe(0);
      await agent.stop();
    }, 600_000);

    test('are refused with the reason where it cannot be told what is in it', async () => {
      const twice = await makeSchemas('--collector', MINIMAL_COLLECTOR, '--components', 'x');
      expect([twice.code, twice.stderr]).toEqual([1, expect.stringContaining('give one of')]);
      const none = await makeSchemas('--collector', '/bin/true');
      expect([none.code, none.stderr]).toEqual([1, expect.stringContaining('no buildinfo')]);
      const gone = await makeSchemas('--components', '/nowhere.yaml');
      expect([gone.code, gone.stderr]).toEqual([1, expect.stringContaining('/nowhere.yaml')]);
    });
  },
);
