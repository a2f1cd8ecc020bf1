import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { identityOf } from '../../process/process-identity.ts';
import { fluentBitProbe, hotReload } from './fluent-bit-http.ts';

type Answers = Readonly<Record<string, () => readonly [status: number, body: string]>>;

let server: Server;
let port: number;
let answers: Answers;
beforeEach(async () => {
  server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const answer = answers[`${request.method} ${request.url}`];
    const [status, body] = answer === undefined ? [404, ''] : answer();
    response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  port = typeof address === 'object' && address ? address.port : 0;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const OBSERVED = { pid: 1, startedAtMs: 1_000 };

function counting(...errors: readonly number[]) {
  let look = 0;
  return () => {
    const output = { 'stdout.0': { proc_records: 1, errors: errors[look++] ?? 0, retries_failed: 0 } };
    return [200, JSON.stringify({ input: { 'cpu.0': { records: 1 } }, output })] as const;
  };
}

async function look(probe: ReturnType<typeof fluentBitProbe>) {
  const result = await probe();
  if (result.kind === 'silent') throw new Error(result.message);
  return result.health;
}

test('its inputs and outputs are its components; one is unwell while its errors grow', async () => {
  answers = {
    'GET /api/v1/health': () => [200, 'ok\n'],
    'GET /api/v1/uptime': () => [200, '{"uptime_sec": 60}'],
    'GET /api/v1/metrics': counting(5, 6, 6),
  };
  const probe = fluentBitProbe(port, OBSERVED);
  const [first, second, third] = [await look(probe), await look(probe), await look(probe)];
  expect(first).toMatchObject({ healthy: true, status: 'StatusOK', lastError: '' });
  expect(Object.keys(first.componentHealthMap)).toEqual(['input:cpu.0', 'output:stdout.0']);
  expect(
    [first, second, third].map((health) => health.componentHealthMap['output:stdout.0']?.healthy),
  ).toEqual([true, false, true]);
  expect(second.componentHealthMap['output:stdout.0']?.lastError).toBe('chunks fail to be delivered');
  const upForMs = Date.now() - Number(first.startTimeUnixNano / 1_000_000n);
  expect(upForMs).toBeGreaterThanOrEqual(60_000);
  expect(upForMs).toBeLessThan(120_000);
});

test('a failing health check names the outputs concerned, and is no fault of the configuration', async () => {
  answers = {
    'GET /api/v1/health': () => [500, 'error\n'],
    'GET /api/v1/metrics': counting(1, 9),
  };
  const probe = fluentBitProbe(port, OBSERVED);
  await look(probe);
  const health = await look(probe);
  expect(health).toMatchObject({ healthy: false, status: 'StatusRecoverableError' });
  expect(health.lastError).toContain('by output:stdout.0');
  expect(health.startTimeUnixNano).toBe(1_000n * 1_000_000n);
});

test('where the first interface of the metrics is missing, the second is read', async () => {
  answers = {
    'GET /api/v1/health': () => [404, ''],
    'GET /api/v2/metrics/prometheus': () => [
      200,
      '# HELP x\nfluentbit_input_records_total{name="cpu.0"} 57 1509150350542\nfluentbit_output_errors_total{name="http.0"} 3\nfluentbit_output_errors_total{name="__proto__"} 3\n',
    ],
  };
  const health = await look(fluentBitProbe(port, OBSERVED));
  expect(health.healthy).toBe(true);
  expect(Object.keys(health.componentHealthMap)).toEqual([
    'input:cpu.0',
    'output:http.0',
    'output:__proto__',
  ]);
});

test('answers that are no JSON, or of another shape, are no crash', async () => {
  for (const body of ['', '[]', 'null', '{"input": 1', '{"uptime_sec": "x"}']) {
    answers = {
      'GET /api/v1/health': () => [200, 'ok'],
      'GET /api/v1/uptime': () => [200, body],
      'GET /api/v1/metrics': () => [200, body],
    };
    expect((await look(fluentBitProbe(port, OBSERVED))).healthy).toBe(true);
  }
});

const SELF = identityOf(process.pid);

test('a reload is done when the counter has moved', async () => {
  let count = 7;
  answers = {
    'GET /api/v2/reload': () => [200, `{"hot_reload_count":${count}}`],
    'POST /api/v2/reload': () => {
      setTimeout(() => count++, 150);
      return [200, '{"reload":"done","status":0}'];
    },
  };
  expect(await hotReload(port, SELF)).toEqual({ kind: 'reloaded' });
  expect(count).toBe(8);
});

test.each([
  ['without the interface', {}, 'does not know hot reload'],
  [
    'switched off',
    { 'POST /api/v2/reload': () => [200, '{"reload":"not enabled","status":-1}'] as const },
    'not enabled',
  ],
  [
    'in the middle of another one',
    { 'POST /api/v2/reload': () => [400, '{"reload":"in progress","status":-2}'] as const },
    'in progress',
  ],
])('%s a reload fails, and says why', async (_what, more, message) => {
  const get = () => [200, '{"hot_reload_count":0}'] as const;
  answers = Object.keys(more).length === 0 ? {} : { 'GET /api/v2/reload': get, ...more };
  expect(await hotReload(port, SELF)).toMatchObject({
    kind: 'failed',
    message: expect.stringContaining(message),
  });
});

test('a process that ends of the reload is not waited for', async () => {
  answers = {
    'GET /api/v2/reload': () => [200, '{"hot_reload_count":0}'],
    'POST /api/v2/reload': () => [200, '{"reload":"done","status":0}'],
  };
  const gone = { pid: process.pid, startMark: 'another process' };
  expect(await hotReload(port, gone)).toEqual({ kind: 'failed', message: 'it ended while it reloaded' });
});
