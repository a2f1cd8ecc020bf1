import { beforeAll, expect, test } from 'vitest';
import { type ConsoleBench, consoleBench } from './support/console-bench.ts';
import { axeFindings } from './support/console-page.ts';
import { eventually } from './support/process.ts';
import { describeWithBrowser } from './support/requirements.ts';

const BODY = `receivers:
  otlp:
    protocols:
      grpc: {}
exporters:
  debug:
    verbosity: basic
service:
  pipelines:
    traces:
      receivers: [otlp]
      exporters: [debug]
`;
const AGENTS = 60;

interface Ids {
  readonly agent: string;
  readonly failed: string;
  readonly rollout: string;
}

/** Each page with the words that tell that it is there with its data. */
function pagesOf({ agent, failed, rollout }: Ids): Parameters<ConsoleBench['judgedPages']>[1] {
  return [
    ['fleet', '/agents', `${AGENTS} agents`],
    ['fleet, narrowed to nothing', '/agents?q=nothing-like-this', 'No agent matches'],
    ['fleet, selector that does not parse', '/agents?q=os.type==linux', 'column'],
    ['agent, overview', `/agents/${agent}`, 'Capabilities'],
    ['agent, configuration', `/agents/${agent}?tab=configuration`, 'line by line'],
    ['agent, timeline', `/agents/${agent}?tab=timeline`, 'Configuration offered'],
    ['agent that failed', `/agents/${failed}?tab=configuration`, 'It failed to apply its configuration'],
    ['agent that is not there', '/agents/01900000-0000-7000-8000-000000000000', 'Agent not found'],
    ['configurations', '/configs', 'edge'],
    ['configuration, editor', '/configs/edge', 'verbosity'],
    ['configuration, revisions', '/configs/edge?tab=revisions', 'From r1 to r2'],
    ['configuration, agents', '/configs/edge?tab=agents', 'By revision'],
    ['configuration, rollouts', '/configs/edge?tab=rollouts', 'edge r2'],
    ['new configuration', '/new-configuration', 'verbosity'],
    ['rollouts', '/rollouts', 'edge r2'],
    ['rollout', `/rollouts/${rollout}`, 'could not apply it'],
    ['new rollout', '/rollouts/new?config=edge', `${AGENTS} agents match`],
    ['not found', '/nothing/here', 'Page not found'],
  ];
}

describeWithBrowser('each page of the console', () => {
  const bench = consoleBench('console-pages');
  let ids: Ids;

  beforeAll(async () => {
    const { api } = bench.server;
    bench.simulate(AGENTS, ['--fail-rate', '0.3', '--apply-delay', '200ms', '--http', '0']);
    await eventually('the fleet is there', async () => (await api.stats()).state.connected === AGENTS);
    await api.putConfig('edge', { body: BODY, description: 'Gateways at the edge' });
    await api.putConfig('edge', { body: BODY.replace('basic', 'detailed') });
    const { id } = await api.createRollout({ target: { kind: 'config', name: 'edge' }, selector: '' });
    await eventually('the rollout has ended', async () => (await api.getRollout(id)).endedAt !== null);
    const [applied] = (await api.listAgents({ sync: ['in_sync'], limit: 1 })).items;
    const [failed] = (await api.listAgents({ sync: ['failed'], limit: 1 })).items;
    if (applied === undefined || failed === undefined)
      throw new Error('the simulator made no agent of each kind');
    ids = { agent: applied.instanceUid, failed: failed.instanceUid, rollout: id };
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [1440, 390]) {
      test(`${colorScheme}, ${width} px: axe finds nothing, nothing overflows, nothing is refused or asked of another host`, async () => {
        const ui = await bench.signedIn({ width, height: 900, colorScheme });
        expect(await bench.judgedPages(ui, pagesOf(ids))).toEqual([]);
        // The selector and the agent that are wrong on purpose are answered 400 and 404, which the browser reports.
        expect(ui.complaints.filter((complaint) => !/status of 40[04]/.test(complaint))).toEqual([]);
        await ui.context.close();
      });
    }
  }

  test('a key of an agent breaks after its dots only', async () => {
    const { page, context } = await bench.signedIn({ width: 390, height: 844 });
    await bench.open(page, `/agents/${ids.agent}`);
    const key = page.getByRole('term').filter({ hasText: 'deployment.environment.name' });
    await key.waitFor();
    const lines = await key.evaluate(linesOf);
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.slice(0, -1).filter((line) => !line.endsWith('.'))).toEqual([]);
    await context.close();
  });

  test('the login and its refusal, light and dark', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page, context } = await bench.chromium.newPage({ width: 390, colorScheme });
      await page.emulateMedia({ reducedMotion: 'reduce' });
      await bench.open(page, '/login?token=drl_used-already');
      await page.getByRole('alert').waitFor();
      expect(await axeFindings(page)).toEqual([]);
      await context.close();
    }
  });

  test('the first page loads neither the editor nor what other pages are made of', async () => {
    const { page, context } = await bench.chromium.newPage();
    await bench.open(page, '/login');
    await page.getByLabel('Admin token').fill(bench.server.token);
    // By key: a pointer that rests on a row loads what that row leads to.
    await page.keyboard.press('Enter');
    await page.getByRole('table', { name: 'Agents' }).waitFor();
    const files = (await page.evaluate(
      "performance.getEntriesByType('resource').map(({ name }) => name).filter((name) => /\\.(js|css)$/.test(name))",
    )) as string[];
    expect(files.length).toBeGreaterThan(2);
    // How heavy they may be, the build itself holds.
    expect(files.filter((name) => /editor|graph|diff|agent-page|rollout-page/.test(name))).toEqual([]);
    await context.close();
  });
});

interface TextNode {
  readonly textContent: string;
}

/** The lines that a text is drawn in, in the page. */
function linesOf(element: unknown): string[] {
  const { document } = globalThis as unknown as {
    document: {
      createTreeWalker(root: unknown, show: number): { nextNode(): TextNode | null };
      createRange(): {
        setStart(node: TextNode, at: number): void;
        setEnd(node: TextNode, at: number): void;
        getBoundingClientRect(): { top: number };
      };
    };
  };
  const walker = document.createTreeWalker(element, 4);
  const lines: { top: number; text: string }[] = [];
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    for (let at = 0; at < node.textContent.length; at += 1) {
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + 1);
      const { top } = range.getBoundingClientRect();
      const last = lines.at(-1);
      if (last?.top === top) last.text += node.textContent.charAt(at);
      else lines.push({ top, text: node.textContent.charAt(at) });
    }
  }
  return lines.map(({ text }) => text);
}
