import { request as httpRequest } from 'node:http';
import { gzipSync } from 'node:zlib';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { newInstanceUid } from '@drover/opamp';
import { createOpampClient } from '@drover/opamp/client';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { eventually, startTestControlPlane, type TestControlPlane } from '../testing/control-plane.ts';
import { exportOf } from '../testing/otlp-export.ts';
import { readFlows } from './otlp-metrics.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

describe('an export of own metrics', () => {
  it('is read as far as flow needs it', () => {
    expect(readFlows(exportOf('u', 40))).toEqual([
      {
        instanceId: 'u',
        dataPoints: 8,
        point: {
          accepted: 42,
          refused: 0,
          sent: 41,
          failed: 0,
          isDelta: false,
          queuePercent: 50,
          memoryBytes: 4096,
        },
      },
    ]);
  });

  it('of any bytes is read or refused, and never more than that', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          readFlows(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
    );
  });
});

describe('the endpoint of own metrics', () => {
  const urlOf = ({ plane: { opampUrl } }: TestControlPlane) =>
    opampUrl.replace(/^ws/, 'http').replace('/v1/opamp', '/v1/metrics');
  const send = (server: TestControlPlane, body: Uint8Array, headers: Record<string, string> = {}) =>
    fetch(urlOf(server), {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf', ...headers },
      body: Buffer.from(body),
    });

  it('takes what known agents send, plain and compressed, and refuses the rest with its status', async () => {
    await using server = await startTestControlPlane();
    const client = createOpampClient({
      url: server.plane.opampUrl,
      capabilities: [],
      description: { identifying: { 'service.name': 'otelcol' }, nonIdentifying: {} },
    });
    client.start();
    await eventually(
      () => server.api.stats(),
      ({ state }) => state.connected === 1,
    );
    const body = exportOf(client.instanceUid, 10);
    expect((await send(server, body)).status).toBe(200);
    expect((await send(server, gzipSync(body), { 'content-encoding': 'gzip' })).status).toBe(200);
    expect((await send(server, exportOf('nobody', 1))).status).toBe(200);
    expect((await send(server, Uint8Array.of(0xff, 0xff))).status).toBe(400);
    expect((await send(server, body, { 'content-type': 'application/json' })).status).toBe(415);
    expect((await send(server, body, { 'content-encoding': 'zstd' })).status).toBe(415);
    const bomb = gzipSync(Buffer.alloc(8 * 1024 * 1024));
    expect((await send(server, bomb, { 'content-encoding': 'gzip' })).status).toBe(413);
    expect((await fetch(urlOf(server))).status).toBe(405);
    expect((await fetch(urlOf(server).replace('metrics', 'traces'), { method: 'POST' })).status).toBe(404);
    const metrics = await (await fetch(server.apiUrl.replace(/\/api.*/, '/metrics'))).text();
    expect(metrics).toContain('drover_own_metrics_requests_total{outcome="taken"} 3');
    await client.stop();
  });

  it('asks for the credential that OpAMP asks for', async () => {
    await using server = await startTestControlPlane({ DROVER_AGENTS_ENROLMENT: 'token' });
    const { token } = await server.api.createEnrolmentToken({ name: 'edge' });
    expect((await send(server, exportOf('u', 1))).status).toBe(401);
    expect((await send(server, exportOf('u', 1), { authorization: `Bearer ${token}` })).status).toBe(200);
  });

  it('says in its answer what of an export it left out, and counts that', async () => {
    await using server = await startTestControlPlane();
    const { client, authorization } = await agentWithToken(server);
    const both = Buffer.concat([exportOf(client.instanceUid, 10), exportOf(newInstanceUid(), 10)]);
    const answer = await send(server, both, { authorization });
    expect(answer.status).toBe(200);
    const { rejected, message } = partialSuccess(new Uint8Array(await answer.arrayBuffer()));
    expect(rejected).toBe(8);
    expect(message).toContain(`the token is for the metrics of agent ${client.instanceUid}`);
    const unknown = await send(server, exportOf(newInstanceUid(), 1));
    expect(partialSuccess(new Uint8Array(await unknown.arrayBuffer())).message).toContain(
      'no such agent is known',
    );
    const unproved = await send(server, exportOf(client.instanceUid, 1));
    expect(partialSuccess(new Uint8Array(await unproved.arrayBuffer())).rejected).toBe(8);
    const metrics = await (await fetch(server.apiUrl.replace(/\/api.*/, '/metrics'))).text();
    for (const reason of ['other_agent', 'unknown_agent', 'unproved'])
      expect(metrics).toContain(`drover_own_metrics_dropped_total{reason="${reason}"} 1`);
    await client.stop();
  });

  it('takes a resource that names nobody for that of the token, and tells one that comes too often when to come back', async () => {
    await using server = await startTestControlPlane();
    const { client, authorization } = await agentWithToken(server);
    expect((await send(server, exportOf('', 1), { authorization })).status).toBe(200);
    const several = () =>
      Promise.all(Array.from({ length: 10 }, () => send(server, exportOf('', 1), { authorization })));
    const tooOften = (answers: readonly Response[]) => answers.find(({ status }) => status === 429);
    const answers = await eventually(several, (some) => tooOften(some) !== undefined);
    expect(tooOften(answers)?.headers.get('retry-after')).toBe('1');
    await client.stop();
  });

  it('reads no more than a body may have, whatever it says of its size, and goes on', async () => {
    await using server = await startTestControlPlane({ DROVER_OPAMP_MAX_MESSAGE_BYTES: '16KiB' });
    const gzip = { 'content-encoding': 'gzip' };
    const honest = gzipSync(Buffer.alloc(16 * 1024 + 1));
    expect((await send(server, honest, gzip)).status).toBe(413);
    const lying = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    lying.writeUInt32LE(100, lying.length - 4);
    expect([400, 413]).toContain((await send(server, lying, gzip)).status);
    const several = Buffer.concat([honest, gzipSync(Buffer.alloc(10))]);
    expect((await send(server, several, gzip)).status).toBe(400);
    expect((await send(server, Buffer.from('no gzip'), gzip)).status).toBe(400);
    // Whoever sends more may find the connection cut before the answer.
    const tooLong = await send(server, Buffer.alloc(1024 * 1024)).then(
      ({ status }) => status,
      () => 'cut',
    );
    expect([413, 'cut']).toContain(tooLong);
    expect((await send(server, exportOf(newInstanceUid(), 1))).status).toBe(200);
  });

  it('cuts off who sends too slowly', async () => {
    await using server = await startTestControlPlane({ DROVER_OPAMP_BODY_TIMEOUT: '200ms' });
    const request = httpRequest(urlOf(server), {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf', 'content-length': 1000 },
    });
    const ended = new Promise((resolve) => {
      request.on('error', resolve).on('response', resolve);
    });
    request.write('x');
    await ended;
    request.destroy();
    expect((await send(server, exportOf(newInstanceUid(), 1))).status).toBe(200);
  });

  it.each([
    'Bearer drv_metrics_',
    'Bearer drv_metrics_00000000-0000-7000-8000-000000000000_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
  ])('refuses %s', async (authorization) => {
    await using server = await startTestControlPlane();
    const answer = await send(server, exportOf(newInstanceUid(), 1), { authorization });
    expect(answer.status).toBe(401);
    expect(await answer.text()).toContain('the token for own metrics is none');
  });

  /** An agent that was told where to send its metrics, with the header that it is to send. */
  async function agentWithToken(server: TestControlPlane) {
    let authorization = '';
    const client = createOpampClient({
      url: server.plane.opampUrl,
      capabilities: ['ReportsOwnMetrics', 'ReportsConnectionSettingsStatus'],
      description: { identifying: { 'service.name': 'otelcol' } },
      onConnectionSettings: ({ ownMetrics }) => {
        authorization = ownMetrics?.headers?.headers[0]?.value ?? '';
      },
    });
    client.start();
    await eventually(
      async () => authorization,
      (text) => text !== '',
    );
    return { client, authorization };
  }
});

/** Of an ExportMetricsServiceResponse. */
function partialSuccess(bytes: Uint8Array): { rejected: number; message: string } {
  const found = { rejected: 0, message: '' };
  if (bytes.length === 0) return found;
  const reader = new BinaryReader(bytes);
  reader.tag();
  const inner = new BinaryReader(reader.bytes());
  while (inner.pos < inner.len) {
    const [field] = inner.tag();
    if (field === 1) found.rejected = Number(inner.int64());
    else found.message = inner.string();
  }
  return found;
}
