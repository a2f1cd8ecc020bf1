// Takes pictures of the console's pages in their states, in both themes and at two widths, from real servers with
// simulated agents. Without arguments those that the repository keeps, into docs/screenshots.
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import type { BrowserContext } from 'playwright-core';
import { type OpenBrowser, openBrowser } from '../tests/e2e/support/browser.ts';
import { untilLoaded, untilStill } from '../tests/e2e/support/console-page.ts';
import { build } from './build.ts';
import { ROOT } from './lib/run.ts';
import { type Scene, VARIANTS, type Variant } from './screenshots/scene.ts';
import { SCENES } from './screenshots/scenes.ts';
import { openStage, type Stage } from './screenshots/stages.ts';

const USAGE = `Usage: npm run screenshots -- [--all] [--into FOLDER] [--only TEXT,…] [--theme light|dark] [--width 1440|390]

  --all           every scene in every theme and width, not only those that the repository keeps
  --into FOLDER   default: docs/screenshots; with any of the others: screenshots
  --only TEXT,…   only scenes whose name contains one of the texts
  --theme, --width  only pictures in this theme, or of this width
`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      all: { type: 'boolean' },
      into: { type: 'string' },
      only: { type: 'string' },
      theme: { type: 'string' },
      width: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help === true) {
    process.stdout.write(USAGE);
    return 0;
  }
  const isPart = [values.all, values.only, values.theme, values.width].some((value) => value !== undefined);
  const into = join(ROOT, values.into ?? (isPart ? 'screenshots' : 'docs/screenshots'));
  const only = values.only?.split(',') ?? [''];
  const scenes = SCENES.filter(({ name }) => only.some((part) => name.includes(part)));
  if (scenes.length === 0) {
    process.stderr.write(`No scene's name contains "${values.only}".\n${USAGE}`);
    return 2;
  }
  const isWanted = (scene: Scene, variant: Variant): boolean =>
    (isPart ? (scene.widths?.includes(variant.width) ?? true) : scene.kept.includes(variant)) &&
    (values.theme ?? variant.scheme) === variant.scheme &&
    (values.width ?? String(variant.width)) === String(variant.width);
  if (!(await build())) return 1;
  if (!isPart) rmSync(into, { recursive: true, force: true });
  mkdirSync(into, { recursive: true });
  const folder = mkdtempSync(join(tmpdir(), 'drover-screenshots-'));
  try {
    await using chromium = await openBrowser();
    return (await takeAll(scenes, chromium, { into, folder, isWanted })) === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type Cookies = Awaited<ReturnType<BrowserContext['cookies']>>;

interface Take {
  readonly into: string;
  readonly folder: string;
  readonly isWanted: (scene: Scene, variant: Variant) => boolean;
}

/** How many could not be taken; each is named with the reason. */
async function takeAll(scenes: readonly Scene[], chromium: OpenBrowser, take: Take): Promise<number> {
  let failures = 0;
  const stages = new Set(scenes.map(({ stage }) => stage));
  for (const name of stages) {
    await using stage = await openStage(name, take.folder);
    const session = await logIn(stage, chromium);
    for (const scene of scenes.filter((each) => each.stage === name)) {
      for (const variant of VARIANTS.filter((each) => take.isWanted(scene, each))) {
        const file = join(take.into, `${scene.name}-${variant.scheme}-${variant.width}.png`);
        try {
          await takeOne(scene, variant, { stage, chromium, session, file });
          process.stdout.write(`${relative(ROOT, file)} ${Math.round(statSync(file).size / 1024)} KiB\n`);
        } catch (error) {
          failures += 1;
          process.stderr.write(`${relative(ROOT, file)} could not be taken: ${String(error)}\n`);
        }
        if (stage.server.program.hasExited) await stage.restart();
      }
    }
  }
  return failures;
}

interface Place {
  readonly stage: Stage;
  readonly chromium: OpenBrowser;
  readonly session: Cookies;
  readonly file: string;
}

async function takeOne(
  scene: Scene,
  variant: Variant,
  { stage, chromium, session, file }: Place,
): Promise<void> {
  const { scheme: colorScheme, width } = variant;
  const height = width === 390 ? 844 : 900;
  const { page, context } = await chromium.newPage({ width, height, colorScheme });
  await page.emulateMedia({ reducedMotion: 'reduce' });
  if (scene.clockAheadMs !== undefined) await page.clock.install({ time: Date.now() + scene.clockAheadMs });
  if (scene.path(stage) !== '/login') await context.addCookies(session);
  await page.goto(`${stage.server.httpUrl}${scene.path(stage)}`);
  await page.getByText(scene.word).first().waitFor({ state: 'attached' });
  await scene.act?.(page, stage);
  await untilLoaded(page);
  await untilStill(page);
  await page.screenshot({ path: file, caret: 'hide' });
  await context.close();
}

/** Once for a stage: a server takes only so many logins a minute. */
async function logIn({ server }: Stage, chromium: OpenBrowser): Promise<Cookies> {
  const { page, context } = await chromium.newPage();
  await page.goto(`${server.httpUrl}/login`);
  await page.getByLabel('Admin token').fill(server.token);
  await page.keyboard.press('Enter');
  await page.waitForURL('**/agents');
  const cookies = await context.cookies();
  await context.close();
  return cookies;
}

process.exitCode = await main();
