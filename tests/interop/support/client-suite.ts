import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../../e2e/support/process.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import type { Command } from './recipes.ts';
import { isDescribed, ReleasedAgent, type ReleasedClient } from './released-agent.ts';
import { describeWithTools } from './requirements.ts';

/** What the suite hands to the tests that only one client has. */
export interface ClientBench {
  readonly plane: ControlPlane;
  start(options?: Parameters<typeof ReleasedAgent.start>[3]): Promise<ReleasedAgent>;
}

/** What every released client must find: each test is an agent of its own on one control plane. */
export function describeReleasedClient(
  client: ReleasedClient,
  more?: (bench: () => ClientBench) => void,
): void {
  describeWithTools(client.name, client.peer.tools, () => {
    let plane: ControlPlane;
    let command: Command;
    // The answer to a request may itself look like a gap: then there is a second one, and none for a while.
    const maxFullStateRequests = client.numbersJump === true ? 3 : 1;
    const reports = (capability: string): boolean => client.capabilities.includes(capability);
    const start = (options?: Parameters<typeof ReleasedAgent.start>[3]) =>
      ReleasedAgent.start(plane, client, command, options);

    beforeAll(async () => {
      command = await client.peer.ready();
      plane = await startControlPlane();
    }, 900_000);
    afterAll(() => plane?.[Symbol.asyncDispose]());

    test('is listed with what it says of itself', async () => {
      await using agent = await start();
      const shown = await agent.shown('it is listed', () => true);
      expect(shown.description.identifying).toEqual({
        'service.name': 'checkout',
        'service.instance.id': agent.uid,
        'service.version': client.isMute === true ? expect.stringMatching(/^1\.0\.[1-9]\d*$/) : '1.0.0',
      });
      expect(shown.description.nonIdentifying).toEqual({ 'os.type': 'linux' });
      expect(shown.capabilities.toSorted()).toEqual(client.capabilities.toSorted());
      expect(shown.connection).toMatchObject({ state: 'connected', transport: client.transport });
      expect(shown.health?.healthy).toBe(reports('ReportsHealth') ? true : undefined);
      expect(Object.keys(shown.effectiveConfig?.files ?? {})).toEqual(
        reports('ReportsEffectiveConfig') ? [''] : [],
      );
      expect(shown.remoteConfig).toMatchObject({ status: 'unset', desired: null });
      await agent.expectQuiet();
    });

    test('gets a configuration once, as the operator wrote it, and is not offered one that it refuses again', async () => {
      await using agent = await start();
      const offersBefore = await plane.counter('drover_offers_total', { kind: 'remote_config' });
      // Long enough to be compressed where that is asked for.
      const body = JSON.stringify({ good: 'x'.repeat(4_000) });
      await plane.configure(agent.uid, 'main', body, client.contentType);
      const config = await agent.process.until('config');
      expect(config.files).toEqual({ main: { body, contentType: client.contentType } });
      const applied = await agent.shown(
        'it is applied',
        ({ remoteConfig }) => remoteConfig.status === 'applied',
      );
      expect(applied.remoteConfig).toMatchObject({ hash: config.hash, errorMessage: '' });
      if (reports('ReportsEffectiveConfig')) {
        const inEffect = await agent.shown(
          'it is in effect',
          (shown) => 'main' in (shown.effectiveConfig?.files ?? {}),
        );
        expect(JSON.parse(inEffect.effectiveConfig?.files.main?.body ?? '')).toEqual(JSON.parse(body));
      }
      await plane.configure(agent.uid, 'main', '{"bad": "REFUSE"}', client.contentType);
      const refused = await agent.shown(
        'it is refused',
        ({ remoteConfig }) => remoteConfig.status === 'failed',
      );
      expect(refused.remoteConfig.errorMessage).toBe('refused by the test agent');
      await agent.expectQuiet();
      expect(agent.process.all('config')).toHaveLength(2);
      expect((await plane.counter('drover_offers_total', { kind: 'remote_config' })) - offersBefore).toBe(2);
      agent.expectCleanWire();
    });

    if (client.staysClosed !== true) {
      test('comes back after a restart of the control plane, and is offered nothing again', async () => {
        await using agent = await start();
        await plane.configure(agent.uid, 'main', '{"kept": true}', client.contentType);
        await agent.shown('it is applied', ({ remoteConfig }) => remoteConfig.status === 'applied');
        await plane.restart();
        const back = await agent.shown('it is back', ({ connection }) => connection.state === 'connected');
        expect(back.remoteConfig).toMatchObject({ status: 'applied' });
        expect(isDescribed(back)).toBe(true);
        await agent.expectQuiet();
        expect(await plane.counter('drover_offers_total')).toBe(0);
        expect(await fullStateRequests()).toBeLessThanOrEqual(maxFullStateRequests);
        expect(agent.process.all('config')).toHaveLength(1);
      });
    }

    // One interruption of half a minute is enough.
    if (client.waitsLong !== true) {
      test('comes back after the control plane was killed, and is whole again', async () => {
        await using agent = await start();
        await plane.restart({ signal: 'SIGKILL', awayMs: 500 });
        if (client.isMute === true) {
          await agent.process.until('connected', 2);
          expect(await plane.counter('drover_opamp_silent_connections')).toBe(1);
          agent.process.tell('version 2.0.0');
        }
        const back = await agent.shown(
          'it is back',
          (shown) => shown.connection.state === 'connected' && isDescribed(shown),
        );
        expect(back.capabilities.toSorted()).toEqual(client.capabilities.toSorted());
        await agent.expectQuiet();
        expect(await fullStateRequests()).toBeLessThanOrEqual(maxFullStateRequests);
      });
    }

    test('two that were given one uid do not drive each other or the server round in a circle', async () => {
      await using first = await start();
      await using second = await start({ uid: first.uid, instance: 'the-clone' });
      if (client.ignoresNewUid !== true && client.isMute !== true) {
        const clone = await listedClone(second);
        expect(clone.instanceUid).not.toBe(first.uid);
      }
      if (client.isMute !== true) {
        const original = await first.shown(
          'the first is there',
          ({ connection }) => connection.state === 'connected',
        );
        expect(original.description.identifying['service.instance.id']).toBe(first.uid);
      }
      await first.expectQuiet(2);
    });

    test(`its end shows as ${client.goodbye}`, async () => {
      await using agent = await start();
      agent.process.tell('stop');
      await agent.process.until('stopped');
      await agent.process.ended();
      if (client.goodbye === 'agent_disconnect') {
        await agent.shown('it is gone', ({ connection }) => connection.state === 'disconnected');
        const { items } = await plane.api.agentEvents(agent.uid);
        expect(JSON.stringify(items[0])).toContain('agent_disconnect');
      }
      await agent.expectQuiet(0);
      // Only three silent intervals tell of an end without goodbye; and a second goodbye brings nobody back.
      const expected = client.goodbye === 'silence' ? 'connected' : 'disconnected';
      await agent.shown(`it is ${expected}`, ({ connection }) => connection.state === expected);
    });

    more?.(() => ({ plane, start }));

    const fullStateRequests = () => plane.counter('drover_opamp_full_state_requests_total');

    /** Some use their new uid with the next message only, which nothing provokes but news. */
    function listedClone(clone: ReleasedAgent): Promise<{ readonly instanceUid: string }> {
      let said = 0;
      return eventually('the clone is listed under a uid of its own', async () => {
        said += 1;
        clone.process.tell(`version 1.${said}`);
        await sleep(500);
        const { items } = await plane.api.listAgents({ selector: 'service.instance.id=the-clone' });
        return items[0];
      });
    }
  });
}
