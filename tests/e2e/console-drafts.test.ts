import { beforeAll, expect, test } from 'vitest';
import { consoleBench, judged, typeBody } from './support/console-bench.ts';
import { eventually } from './support/process.ts';
import { describeWithBrowser } from './support/requirements.ts';

const BODY = `receivers:
  otlp:
    protocols:
      grpc: {}
exporters:
  debug: {}
service:
  pipelines:
    traces:
      receivers: [otlp]
      exporters: [debug]
`;

describeWithBrowser('drafts in the console', () => {
  const bench = consoleBench('console-drafts');

  beforeAll(async () => {
    await bench.server.api.putConfig('edge', { body: BODY, message: 'the first' });
  });

  test('what is typed is saved as a draft, found by another operator, and published with a message', async () => {
    const { page, context } = await bench.signedIn();
    await bench.open(page, '/configs/edge');
    await typeBody(page, `${BODY}# drafted\n`);
    await page.getByRole('button', { name: 'Save draft' }).click();
    await page.getByText('Draft by admin').waitFor();
    expect(await bench.server.api.getConfigDraft('edge')).toMatchObject({ baseRevision: 1, author: 'admin' });
    expect((await bench.server.api.getConfig('edge')).revision.number, 'no revision yet').toBe(1);

    const other = await bench.signedIn();
    await bench.open(other.page, '/configs?tab=drafts');
    await other.page.getByRole('link', { name: 'edge' }).click();
    await other.page.getByText('# drafted').first().waitFor();
    await other.page.getByRole('button', { name: 'Show changes' }).click();
    await other.page.getByText('No difference in meaning').waitFor();
    await other.page.getByRole('textbox', { name: 'What changed and why' }).fill('a remark');
    await other.page.getByRole('button', { name: 'Save revision' }).click();
    await other.page.getByText('Draft by admin').first().waitFor({ state: 'detached' });
    expect(await bench.server.api.getRevision('edge', 2)).toMatchObject({
      body: `${BODY}# drafted\n`,
      message: 'a remark',
    });
    await expect(bench.server.api.getConfigDraft('edge')).rejects.toMatchObject({ status: 404 });
    // The first operator's page follows by itself.
    await page.getByText('Draft by admin').first().waitFor({ state: 'detached' });
    await page.getByText('r2, saved').waitFor();
    await page.getByRole('tab', { name: 'Revisions' }).click();
    await page.getByText('a remark').waitFor();
    await other.context.close();
    await context.close();
  });

  test('a draft that somebody else saved meanwhile is compared, taken, or written over, and nothing is lost', async () => {
    const { page, context } = await bench.signedIn();
    await bench.open(page, '/configs/edge');
    await typeBody(page, `${BODY}# mine\n`);
    await bench.server.api.putConfigDraft('edge', { body: `${BODY}# theirs\n`, baseRevision: 2 });
    await page.getByText('admin saved a draft').waitFor();
    expect(await page.getByRole('button', { name: 'Save draft' }).isDisabled()).toBe(true);
    expect(await page.getByRole('button', { name: 'Save revision' }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Compare drafts' }).click();
    await page.getByText('# theirs').first().waitFor();
    await page.getByRole('button', { name: 'Keep my text' }).click();
    await page.getByRole('button', { name: 'Save draft' }).click();
    await page.getByText('Draft, saved').waitFor();
    expect((await bench.server.api.getConfigDraft('edge')).body).toBe(`${BODY}# mine\n`);

    await typeBody(page, `${BODY}# mine again\n`);
    await bench.server.api.putConfigDraft('edge', { body: `${BODY}# theirs again\n`, baseRevision: 2 });
    await page.getByRole('button', { name: 'Use the saved draft' }).click();
    await page.getByText('# theirs again').first().waitFor();
    await context.close();
  });

  test('a revision that overtakes a draft is told, and the draft is discarded after the number is named', async () => {
    const { page, context } = await bench.signedIn();
    await bench.server.api.putConfigDraft('edge', { body: `${BODY}# late\n`, baseRevision: 2 });
    await bench.open(page, '/configs/edge');
    await page.getByText('Draft by admin').waitFor();
    const { revision } = await bench.server.api.putConfig('edge', { body: `${BODY}# newest\n` });
    await page.getByText(`admin saved r${revision.number}`).waitFor();
    expect(await page.getByRole('button', { name: 'Save revision' }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: `Use r${revision.number}` }).click();
    await page.getByRole('button', { name: 'Discard 1 draft' }).click();
    await page.getByText('# newest').first().waitFor();
    await expect(bench.server.api.getConfigDraft('edge')).rejects.toMatchObject({ status: 404 });
    await context.close();
  });

  test('a new configuration is drafted, gone on with, and does not write over a draft of its name', async () => {
    const { page, context } = await bench.signedIn();
    await bench.open(page, '/new-configuration');
    await page.getByRole('textbox', { name: 'Name' }).fill('site');
    await bench.server.api.putConfigDraft('site', { body: 'receivers: [', baseRevision: null });
    await page.getByRole('button', { name: 'Save draft' }).click();
    await page.getByText('A draft of “site” already exists').waitFor();
    await page.getByRole('link', { name: 'Open draft' }).click();
    await page.getByText('receivers: [').first().waitFor();
    await typeBody(page, `${BODY}# site\n`);
    await page.getByRole('button', { name: 'Save draft' }).click();
    await eventually('it is saved', async () =>
      (await bench.server.api.getConfigDraft('site')).body.includes('# site'),
    );
    await bench.open(page, '/configs/site');
    await page.getByRole('link', { name: 'Open draft' }).click();
    await page.getByText('# site').first().waitFor();
    await page.getByRole('button', { name: 'Save revision' }).click();
    await page.waitForURL('**/configs/site');
    expect((await bench.server.api.getConfig('site')).revision.number).toBe(1);
    await context.close();
  });

  for (const [colorScheme, width] of [
    ['light', 1440],
    ['dark', 390],
  ] as const) {
    test(`${colorScheme}, ${width} px: axe finds nothing, nothing overflows`, async () => {
      const { revision } = await bench.server.api.getConfig('edge');
      await bench.server.api.putConfigDraft('edge', {
        body: `${BODY}# seen\n`,
        baseRevision: revision.number,
      });
      const ui = await bench.signedIn({ width, colorScheme });
      const found = await bench.judgedPages(ui, [
        ['drafts', '/configs?tab=drafts', ', the latest'],
        ['draft', '/configs/edge', 'Draft by admin'],
        ['new', '/new-configuration', 'verbosity'],
        ['draft that is gone', '/new-configuration?draft=none', 'No draft of'],
      ]);
      await bench.open(ui.page, '/configs/edge');
      await ui.page.getByRole('button', { name: 'Show changes' }).click();
      await ui.page.getByText('No difference in meaning').waitFor();
      found.push(...(await judged(ui, 'differences')));
      expect(ui.complaints).toEqual([]);
      await ui.context.close();
      expect(found).toEqual([]);
    });
  }
});
