import { ComponentHealthSchema, create } from '@drover/opamp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { eventually, startTestControlPlane, type TestControlPlane } from '../testing/control-plane.ts';
import { startAgent, type Transport, urlFor } from '../testing/opamp-agent.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 30_000 });

let server: TestControlPlane;
beforeAll(async () => {
  server = await startTestControlPlane();
});
afterAll(() => server[Symbol.asyncDispose]());

const known = (uid: string, on = server) =>
  eventually(
    () => on.api.getAgent(uid).catch(() => undefined),
    (agent) => agent?.connection.state === 'connected',
  );

describe.each<Transport>(['websocket', 'http'])('an agent over %s', (transport) => {
  it('is listed with what it says of itself', async () => {
    await using agent = startAgent(server, transport);
    await known(agent.uid);
    const view = await eventually(
      () => server.api.getAgent(agent.uid),
      ({ effectiveConfig }) => effectiveConfig !== null,
    );
    expect(view).toMatchObject({
      displayName: 'otelcol',
      connection: { state: 'connected', transport },
      description: {
        identifying: { 'service.name': 'otelcol' },
        nonIdentifying: { 'os.type': 'linux', 'host.cpus': 8, 'host.ips': ['10.0.0.1'] },
      },
      health: { healthy: true, status: 'StatusOK' },
      remoteConfig: { desired: null, status: 'unset', inSync: null },
      effectiveConfig: { files: { '': { body: 'receivers: {}', contentType: 'text/yaml' } } },
    });
    const page = await server.api.listAgents({ selector: `service.name=otelcol,instanceUid=${agent.uid}` });
    expect(page).toMatchObject({
      total: 1,
      items: [{ instanceUid: agent.uid, version: '1.2.3', osType: 'linux' }],
    });
  });

  it('is given a configuration, applies it, and the rollout succeeds', async () => {
    await using agent = startAgent(server, transport);
    await known(agent.uid);
    await server.api.patchAgent(agent.uid, { labels: { group: `give-${transport}` } });
    const body = `exporters: {debug: {}} # ${transport}`;
    await server.api.putConfig(`give-${transport}`, { body });
    const rollout = await server.api.createRollout({
      target: { kind: 'config', name: `give-${transport}` },
      selector: `label:group=give-${transport}`,
    });
    const ended = await eventually(
      () => server.api.getRollout(rollout.id),
      ({ state }) => state !== 'running',
    );
    expect(ended).toMatchObject({ state: 'succeeded', counts: { matched: 1, applied: 1 } });
    expect(agent.offered).toEqual([body]);
    const view = await eventually(
      () => server.api.getAgent(agent.uid),
      ({ effectiveConfig }) => effectiveConfig?.files['']?.body === body,
    );
    expect(view.remoteConfig).toMatchObject({
      status: 'applied',
      inSync: true,
      desired: { rolloutId: rollout.id },
    });
    expect(view.remoteConfig.hash).toBe(view.remoteConfig.desired?.hash);
    const kinds = (await server.api.agentEvents(agent.uid)).items.map(({ kind }) => kind);
    expect(kinds).toEqual(
      expect.arrayContaining(['first_seen', 'config_assigned', 'config_offered', 'config_applied']),
    );
  });

  it('that fails is not pressed, and its error is shown', async () => {
    await using agent = startAgent(server, transport);
    await known(agent.uid);
    await server.api.patchAgent(agent.uid, { labels: { group: `fail-${transport}` } });
    await server.api.putConfig(`fail-${transport}`, { body: `broken: ${transport}` });
    const rollout = await server.api.createRollout({
      target: { kind: 'config', name: `fail-${transport}` },
      selector: `label:group=fail-${transport}`,
    });
    await eventually(
      () => server.api.getRollout(rollout.id),
      ({ state }) => state === 'failed',
    );
    agent.client.setHealth(create(ComponentHealthSchema, { healthy: false, lastError: 'still unwell' }));
    const view = await eventually(
      () => server.api.getAgent(agent.uid),
      ({ health }) => health?.lastError === 'still unwell',
    );
    expect(view.remoteConfig).toMatchObject({
      status: 'failed',
      errorMessage: 'cannot start pipelines',
      inSync: false,
    });
    expect(agent.offered).toHaveLength(1);
  });

  it('restarts when told to', async () => {
    await using agent = startAgent(server, transport);
    await known(agent.uid);
    await server.api.commandAgent(agent.uid, { type: 'restart' });
    await eventually(
      async () => agent.restarts,
      (restarts) => restarts === 1,
    );
    const kinds = (await server.api.agentEvents(agent.uid)).items.map(({ kind }) => kind);
    expect(kinds).toContain('command_sent');
  });

  it('that is forgotten comes back as new', async () => {
    await using agent = startAgent(server, transport);
    await known(agent.uid);
    await server.api.patchAgent(agent.uid, { labels: { kept: 'no' } });
    await server.api.forgetAgent(agent.uid);
    const back = await eventually(
      () => server.api.getAgent(agent.uid).catch(() => undefined),
      (view) => view?.health !== null && view?.health !== undefined,
    );
    expect(back).toMatchObject({ labels: {}, displayName: 'otelcol', health: { healthy: true } });
  });

  it('is asked for nothing after a planned restart of the server', async () => {
    await using first = await startTestControlPlane();
    const env = { DROVER_OPAMP_LISTEN: new URL(first.plane.opampUrl).host };
    await using agent = startAgent(first, transport);
    await known(agent.uid, first);
    await eventually(
      () => first.api.getAgent(agent.uid),
      ({ effectiveConfig }) => effectiveConfig !== null,
    );
    await first.api.patchAgent(agent.uid, { labels: { kept: 'yes' } });
    await first.plane.stop();
    await using second = await startTestControlPlane(env, first.dataDir);
    const view = await known(agent.uid, second);
    expect(view).toMatchObject({
      labels: { kept: 'yes' },
      displayName: 'otelcol',
      health: { healthy: true },
    });
    const metrics = await (await second.fetch('/metrics')).text();
    expect(metrics).toMatch(/^drover_opamp_full_state_requests_total 0$/m);
  });
});

describe('enrolment', () => {
  it('by token lets in who has one, and nobody else', async () => {
    await using strict = await startTestControlPlane({ DROVER_AGENTS_ENROLMENT: 'token' });
    const { token, id } = await strict.api.createEnrolmentToken({ name: 'fleet' });
    const stranger = await fetch(urlFor(strict, 'http'), {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf' },
    });
    expect([stranger.status, stranger.headers.get('www-authenticate')]).toEqual([
      401,
      expect.stringMatching(/^Bearer/),
    ]);
    await using refused = startAgent(strict, 'websocket', {
      headers: { authorization: 'Bearer drv_enrol_wrong' },
    });
    await using admitted = startAgent(strict, 'websocket', { headers: { authorization: `Bearer ${token}` } });
    await known(admitted.uid, strict);
    await eventually(
      async () => refused.errors.length + (refused.client.isConnected ? 0 : 1),
      (count) => count > 0,
    );
    await expect(strict.api.getAgent(refused.uid)).rejects.toMatchObject({ code: 'agent_not_found' });
    const [shown] = (await strict.api.listEnrolmentTokens()).items;
    expect(shown).toMatchObject({ id, name: 'fleet', lastUsedAt: expect.any(String) });
    expect(shown).not.toHaveProperty('token');
    await strict.api.deleteEnrolmentToken(id);
    await using late = startAgent(strict, 'http', { headers: { authorization: `Bearer ${token}` } });
    await eventually(
      async () => strict.logged.filter(({ code }) => code === 'unauthorized').length,
      (lines) => lines >= 2,
    );
    await expect(strict.api.getAgent(late.uid)).rejects.toMatchObject({ code: 'agent_not_found' });
  });
});

describe('commands', () => {
  it('are refused where the agent cannot take them', async () => {
    await using agent = startAgent(server, 'websocket', { capabilities: ['ReportsStatus'] });
    await known(agent.uid);
    const restart = { type: 'restart' } as const;
    await expect(server.api.commandAgent(agent.uid, restart)).rejects.toMatchObject({
      status: 409,
      code: 'capability_missing',
    });
    await agent.client.stop();
    await eventually(
      () => server.api.getAgent(agent.uid),
      ({ connection }) => connection.state === 'disconnected',
    );
    await expect(server.api.commandAgent(agent.uid, restart)).rejects.toMatchObject({
      code: 'agent_not_connected',
    });
    const nobody = '00000000-0000-7000-8000-000000000000';
    await expect(server.api.commandAgent(nobody, restart)).rejects.toMatchObject({ code: 'agent_not_found' });
  });
});

describe('what an agent runs', () => {
  it('is shown without its secrets', async () => {
    const body =
      'exporters:\n  otlp:\n    headers: {authorization: "Bearer s3cr3t"}\n    endpoint: host:4317\n';
    await using agent = startAgent(server, 'websocket', {
      effectiveConfig: () => new Map([['', { body: Buffer.from(body), contentType: '' }]]),
    });
    await known(agent.uid);
    const view = await eventually(
      () => server.api.getAgent(agent.uid),
      ({ effectiveConfig }) => effectiveConfig !== null,
    );
    const shown = view.effectiveConfig?.files['']?.body ?? '';
    expect(shown).toContain('host:4317');
    expect(shown).not.toContain('s3cr3t');
  });
});

describe('garbage', () => {
  it('is refused with one log line, and harms nobody', async () => {
    await using agent = startAgent(server, 'websocket');
    await known(agent.uid);
    const response = await fetch(urlFor(server, 'http'), {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf' },
      body: new Uint8Array([0xff, 0xff, 0xff, 0x01]),
    });
    expect(response.status).toBe(400);
    const lines = server.logged.filter(({ msg, code }) => msg === 'OpAMP problem' && code === 'bad_message');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ remoteAddress: expect.any(String), detail: expect.any(String) });
    const metrics = await (await server.fetch('/metrics')).text();
    expect(metrics).toMatch(/^drover_opamp_errors_total\{code="bad_message"\} 1$/m);
    expect((await server.api.getAgent(agent.uid)).connection.state).toBe('connected');
  });
});
