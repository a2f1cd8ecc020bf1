import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { freePort } from '../../scripts/lib/free-port.ts';
import { eventually, Program, processesWith } from './support/process.ts';
import { describeWithCollector } from './support/requirements.ts';

type RunningDemo = { readonly program: Program; readonly link: string; readonly folder: string };

/** The demo as `npm run demo` starts it, on free ports, when it says that all is up. */
async function startDemo(): Promise<RunningDemo> {
  const [opamp, http, metrics] = await Promise.all([freePort(), freePort(), freePort()]);
  const ports = [
    '--opamp-port',
    String(opamp),
    '--http-port',
    String(http),
    '--metrics-port',
    String(metrics),
  ];
  const program = new Program('demo', 'scripts/demo.ts', { args: [...ports, '--agents', '2'] });
  return program.until(
    'everything is up',
    ({ stdout }) => {
      const [, link, folder] =
        /Drover is up\.[\s\S]*Console\s+(\S+)[\s\S]*Files\s+(\S+)[\s\S]*Ctrl-C/.exec(stdout) ?? [];
      return link === undefined || folder === undefined ? undefined : { program, link, folder };
    },
    120_000,
  );
}

async function nothingIsLeft({ folder }: RunningDemo): Promise<void> {
  await eventually('every process of the demo ended', async () => (await processesWith(folder)).length === 0);
  await eventually('its folder is gone', () => !existsSync(folder));
}

describeWithCollector('the demo', () => {
  test('shows a console that its link logs in to, and Ctrl-C leaves nothing', async () => {
    const demo = await startDemo();
    const page = await fetch(demo.link, { redirect: 'follow' });
    expect(page.status).toBe(200);
    expect(await demo.program.end('SIGINT')).toBe(0);
    await nothingIsLeft(demo);
  });

  test('killed with -9, leaves nothing either', async () => {
    const demo = await startDemo();
    expect((await processesWith(demo.folder)).length).toBeGreaterThan(1);
    await demo.program.end('SIGKILL');
    await nothingIsLeft(demo);
  });
});
