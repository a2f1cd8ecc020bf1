import { readdirSync, readFileSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Program } from './support/process.ts';
import { describeWithCollector } from './support/requirements.ts';
import { type Bench, bench, listeningOn, processRecord } from './support/supervised.ts';

/** One marker for each place, so that a leak names its place. */
const MARKERS = {
  server: 'marker-of-server-header',
  variable: 'marker-of-variable',
  header: 'marker-of-header',
  token: 'marker-of-token',
  password: 'marker-of-password',
  address: 'marker-of-address',
  refused: 'marker-of-refused-address',
  output: 'marker-of-output',
};

const CONFIG = `receivers:
  nop:
  prometheus:
    config:
      scrape_configs:
        - job_name: planted
          scrape_interval: 1h
          basic_auth: {username: me, password: ${MARKERS.password}}
          static_configs: [{targets: ["127.0.0.1:1"]}]
processors:
  attributes: {actions: [{key: planted, value: "\${env:PLANTED_TOKEN}", action: insert}]}
exporters:
  otlp_http:
    endpoint: http://me:${MARKERS.address}@127.0.0.1:1
    headers: {X-Anything: ${MARKERS.header}, Authorization: Bearer ${MARKERS.token}}
service:
  telemetry: {metrics: {level: none}}
  pipelines:
    traces: {receivers: [nop], processors: [attributes], exporters: [otlp_http]}
    metrics: {receivers: [prometheus], exporters: [otlp_http]}
`;

/** What the local interface answers. */
function ask(it: Bench, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    request({ socketPath: join(it.storage, 'supervisor.sock'), path }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      response.on('end', () => resolve(body));
    })
      .on('error', reject)
      .end();
  });
}

/** The markers that got out, each with where. */
async function leaks(it: Bench, supervisor: Program): Promise<string[]> {
  const token = processRecord(it.storage)?.localToken ?? '';
  const outlets = {
    server: Buffer.concat(it.server.received).toString('latin1'),
    log: supervisor.stderr + supervisor.stdout,
    status: await ask(it, '/status'),
    metrics: await ask(it, '/metrics'),
  };
  return Object.entries({ ...MARKERS, localToken: token }).flatMap(([place, marker]) =>
    Object.entries(outlets)
      .filter(([, text]) => text.includes(marker))
      .map(([outlet]) => `${place} in ${outlet}`),
  );
}

describeWithCollector('secrets', () => {
  test('planted everywhere reach neither the server nor a log nor the status', async () => {
    await using it = await bench({
      local: CONFIG,
      agent: { env: { PLANTED_TOKEN: MARKERS.variable } },
      serverKeys: { headers: { Authorization: `Bearer ${MARKERS.server}` } },
    });
    const supervisor = it.start();
    const running = await it.server.until(
      'the effective configuration is reported',
      ({ effectiveConfig, health }) => health?.healthy === true && effectiveConfig.includes('otlp_http'),
    );
    // Each marker was there to be masked, not left out.
    expect(running.effectiveConfig.match(/\[REDACTED\]|<secret>/g)?.length).toBeGreaterThanOrEqual(5);
    expect(running.effectiveConfig).toContain('planted');
    expect(await leaks(it, supervisor)).toEqual([]);

    const proxy = `proxy_url: "http://me:${MARKERS.refused}@127.0.0.1:bad"`;
    it.server.offer(CONFIG.replace('scrape_interval: 1h', `${proxy}\n          scrape_interval: 1h`));
    const refused = await it.server.until('refused', ({ config }) => config?.status === 'FAILED');
    expect(refused.config?.errorMessage).toContain('invalid port');
    expect(await leaks(it, supervisor)).toEqual([]);

    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const address = taken.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const dies = it.server.offer(
      listeningOn(port).replace(
        'telemetry: {',
        `telemetry: {resource: {planted.api_key: ${MARKERS.output}}, `,
      ),
    );
    const crashed = await it.server.until(
      'it has died of it',
      ({ config }) => config?.status === 'FAILED' && config.hash === dies,
    );
    taken.close();
    expect(crashed.config?.errorMessage).toContain('Its last output:');
    expect(crashed.config?.errorMessage).toContain('planted.api_key');
    const output = readdirSync(it.storage).filter((name) => name.startsWith('agent.log'));
    expect(output.some((name) => readFileSync(join(it.storage, name), 'utf8').includes(MARKERS.output))).toBe(
      true,
    );
    expect(await leaks(it, supervisor)).toEqual([]);
  });

  test('are kept in private files, also where the umask would let everybody read', async () => {
    await using it = await bench({ local: CONFIG, agent: { env: { PLANTED_TOKEN: 'x' } } });
    const umask = process.umask(0);
    const supervisor = it.start();
    process.umask(umask);
    await it.server.until('healthy', ({ health }) => health?.healthy === true);
    await supervisor.end();
    it.start();
    await it.server.until(
      'healthy again',
      ({ health, isConnected }) => isConnected && health?.healthy === true,
    );
    const modes = readdirSync(it.storage, { recursive: true, withFileTypes: true }).map((entry) => {
      const mode = statSync(join(entry.parentPath, entry.name)).mode & 0o777;
      return `${entry.name} ${mode.toString(8)}`;
    });
    expect(modes.length).toBeGreaterThanOrEqual(6);
    expect((statSync(it.storage).mode & 0o777).toString(8)).toBe('700');
    expect(modes.filter((mode) => !/ (?:600|700)$/.test(mode))).toEqual([]);
  });
});
