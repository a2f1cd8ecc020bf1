import { describe, expect, test } from 'vitest';
import { startFleetServer } from '../e2e/support/fleet-server.ts';
import { eventually } from '../e2e/support/process.ts';
import { bench, IDLE } from '../e2e/support/supervised.ts';
import { ECHO_COLLECTOR } from './support/recipes.ts';
import { describeWithTools } from './support/requirements.ts';

const CAPABILITY = 'dev.drover.echo';
const ECHOING = IDLE.replace('service:\n', 'extensions: {echo: }\nservice:\n  extensions: [echo]\n');

describeWithTools(
  "custom messages of a Collector's extension, under our supervisor",
  ECHO_COLLECTOR.tools,
  () => {
    describe.each(['ws', 'http'] as const)('over %s', (transport) => {
      test('go to the server and come from it, as they are, also after the Collector was started anew', async () => {
        const { command } = await ECHO_COLLECTOR.ready();
        await using server = await startFleetServer({ customCapabilities: [CAPABILITY] });
        await using it = await bench({ transport, server, local: ECHOING, agent: { executable: command } });
        it.start();
        const message = (type: string, data = new Uint8Array()) => ({ capability: CAPABILITY, type, data });
        const came = (type: string) =>
          eventually(`"${type}" comes`, () => server.customMessages.find((each) => each.type === type));
        await came('ready');
        expect(server.customCapabilities).toEqual(['dev.drover.validate/1', CAPABILITY]);
        const data = Uint8Array.from({ length: 256 }, (_, at) => at);
        expect(server.sendCustomMessage(message('bytes', data))).toBe('queued');
        expect((await came('bytes')).data).toEqual(data);

        for (let at = 0; at < 20; at++) server.sendCustomMessage(message(`burst ${at}`));
        await came('burst 19');
        const burst = server.customMessages
          .map(({ type }) => type)
          .filter((type) => type.startsWith('burst'));
        expect(burst).toEqual(Array.from({ length: 20 }, (_, at) => `burst ${at}`));

        const hash = server.offer(ECHOING.replaceAll('nop: }', 'nop: , nop/again: }'));
        await server.until('applied', ({ config }) => config?.hash === hash && config.status === 'APPLIED');
        await eventually(
          'it is ready again',
          () => server.customMessages.filter(({ type }) => type === 'ready').length === 2,
        );
        server.sendCustomMessage(message('after'));
        await came('after');
      });

      test('stay at home where the server does not understand them', async () => {
        const { command } = await ECHO_COLLECTOR.ready();
        await using it = await bench({ transport, local: ECHOING, agent: { executable: command } });
        it.start();
        await it.server.until('healthy', ({ health }) => health?.healthy === true);
        await eventually('announced', () => it.server.customCapabilities.includes(CAPABILITY));
        expect(
          it.server.sendCustomMessage({ capability: 'dev.drover.other', type: 'x', data: new Uint8Array() }),
        ).toBe('unsupported');
        expect(it.server.customMessages).toEqual([]);
      });
    });
  },
);
