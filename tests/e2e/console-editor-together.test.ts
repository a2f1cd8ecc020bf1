import { expect, test } from 'vitest';
import { configEditing, EDITED_BODY } from './support/config-editor.ts';
import { consoleBench, judged, typeBody } from './support/console-bench.ts';
import { eventually } from './support/process.ts';
import { describeWithBrowser } from './support/requirements.ts';

const BODY = EDITED_BODY;

describeWithBrowser('unsaved and shared work in the editor of configurations', () => {
  const bench = consoleBench('console-editor-together');
  const { textbox, button, opened, savedBody } = configEditing(bench);

  test('unsaved text survives a reload and is offered back with its age; what is discarded can be had back', async () => {
    const { page, context } = await opened('kept');
    await typeBody(page, `${BODY}# typed and not saved\n`);
    await page.getByText('Unsaved changes').waitFor();
    await page.reload();
    await page.getByText('Your unsaved text was restored').waitFor();
    await page.getByText('# typed and not saved').first().waitFor();
    await button(page, 'Discard text').click();
    await page.getByText('r1, saved').waitFor();
    await button(page, 'Restore').click();
    await page.getByText('# typed and not saved').first().waitFor();
    await button(page, 'Save revision').click();
    await page.getByText('r2, saved').waitFor();
    await page.reload();
    await page.getByText('r2, saved').waitFor();
    expect(await page.getByText('Your unsaved text was restored').count()).toBe(0);
    await context.close();
  });

  test('leaving with unsaved text asks; the other views of the configuration are no leaving', async () => {
    const { page, context } = await opened('left');
    await typeBody(page, `${BODY}# still here\n`);
    await page.getByText('Unsaved changes').waitFor();
    await page.getByRole('tab', { name: 'Revisions' }).click();
    await page.getByText('Select two to compare').waitFor();
    await page.getByRole('tab', { name: 'Editor' }).click();
    await page.getByText('# still here').first().waitFor();
    await page.getByRole('link', { name: 'Fleet' }).first().click();
    await page.getByRole('dialog', { name: 'Leave with unsaved changes?' }).waitFor();
    await button(page, 'Stay').click();
    await page.getByText('# still here').first().waitFor();
    let asked = '';
    page.once('dialog', (dialog) => {
      asked = dialog.type();
      void dialog.accept();
    });
    await page.reload();
    expect(asked).toBe('beforeunload');
    await page.getByText('# still here').first().waitFor();
    await page.getByRole('link', { name: 'Fleet' }).first().click();
    await button(page, 'Leave and keep them').click();
    await page.waitForURL('**/agents');
    await page.getByRole('textbox', { name: 'Configuration body' }).waitFor({ state: 'detached' });
    await page.goBack();
    await page.getByText('Your unsaved text was restored').waitFor();
    await context.close();
  });

  test('what another saves is told while one types, and both are brought together', async () => {
    const { page, context } = await opened('shared');
    await typeBody(page, BODY.replace('1s', '5s').replace('debug: {}', 'debug: {verbosity: basic}'));
    await bench.server.api.putConfig('shared', {
      body: BODY.replace('1s', '9s').replace('grpc: {}', 'grpc: {}\n      http: {}'),
    });
    await page.getByText('admin saved r2').waitFor();
    expect(await button(page, 'Save revision').isDisabled()).toBe(true);
    await button(page, 'Merge…').click();
    await page.getByText('1 conflict, 1 to resolve').waitFor();
    expect(await button(page, 'Use the merged text').isDisabled()).toBe(true);
    const conflict = page.getByRole('group', { name: 'Conflict 1 of 1' });
    await conflict.getByText('timeout: 5s').waitFor();
    await conflict.getByText('timeout: 9s').waitFor();
    await conflict.getByRole('radio', { name: /^Use r2/ }).check();
    await button(page, 'Use the merged text').click();
    await page.getByText('admin saved r2').waitFor({ state: 'detached' });
    await button(page, 'Save revision').click();
    await page.getByText('r3, saved').waitFor();
    expect(await savedBody('shared')).toBe(
      BODY.replace('1s', '9s')
        .replace('grpc: {}', 'grpc: {}\n      http: {}')
        .replace('debug: {}', 'debug: {verbosity: basic}'),
    );
    await context.close();
  });

  test('two people in one editor: who types and who reads are told as soon as the other has saved', async () => {
    const { page: writer, context } = await opened('seen');
    const others = await Promise.all([bench.signedIn(), bench.signedIn()]);
    const [{ page: typist }, { page: reader }] = others;
    for (const { page } of others) {
      await bench.open(page, '/configs/seen');
      await textbox(page).waitFor();
    }
    await typeBody(typist, BODY.replace('1s', '5s'));
    await typist.getByText('Unsaved changes').waitFor();
    await typeBody(writer, BODY.replace('1s', '9s'));
    await button(writer, 'Save revision').click();
    await typist.getByText('admin saved r2').waitFor();
    expect(await button(typist, 'Save revision').isDisabled()).toBe(true);
    expect(await textbox(typist).innerText()).toContain('timeout: 5s');
    await reader.getByText('admin saved r2').waitFor();
    await reader.getByText('It replaced r1 here.').waitFor();
    await textbox(reader).getByText('timeout: 9s').waitFor();
    await button(reader, 'Show changes').click();
    await reader.getByText('processors::batch::timeout: 1s → 9s').waitFor();
    await button(reader, 'Close').click();
    await reader.getByText('It replaced r1 here.').waitFor({ state: 'detached' });
    await writer.getByText('r2, saved').waitFor();
    expect(await writer.getByText('admin saved r2').count(), 'who saved it knows').toBe(0);
    await context.close();
    for (const other of others) await other.context.close();
  });

  test('a save that comes too late shows the conflicts, and loses nothing', async () => {
    await bench.server.api.putConfig('late', { body: BODY });
    const { page, context } = await bench.signedIn();
    // Nobody tells this page what happens.
    await page.route('**/api/v1/events', (route) => route.abort());
    await bench.open(page, '/configs/late');
    await typeBody(page, BODY.replace('1s', '5s'));
    await bench.server.api.putConfig('late', { body: BODY.replace('1s', '9s') });
    await button(page, 'Save revision').click();
    const conflict = page.getByRole('group', { name: 'Conflict 1 of 1' });
    await conflict.getByRole('radio', { name: /^Use Both/ }).check();
    expect((await bench.server.api.getConfig('late')).revision.number, 'nothing was saved').toBe(2);
    await button(page, 'Use the merged text').click();
    await page.getByText('timeout: 9s').first().waitFor();
    await textbox(page).click();
    await page.keyboard.press('Control+Z');
    await eventually('one step back is what was typed', async () =>
      (await textbox(page).innerText()).includes('timeout: 5s'),
    );
    expect(await textbox(page).innerText()).not.toContain('timeout: 9s');
    await context.close();
  });

  test('a draft that another saved meanwhile is merged by the revision that both were made from', async () => {
    const { page, context } = await opened('drafted');
    await typeBody(page, BODY.replace('1s', '5s'));
    await page.getByText('Unsaved changes').waitFor();
    await bench.server.api.putConfigDraft('drafted', {
      body: BODY.replace('debug: {}', 'debug: {verbosity: basic}'),
      baseRevision: 1,
    });
    await page.getByText('admin saved a draft').waitFor();
    await button(page, 'Merge…').click();
    await page
      .getByText(
        'No conflicts. Merged without conflict: 1 change from the draft by admin, 1 change of yours.',
      )
      .waitFor();
    await button(page, 'Use the merged text').click();
    await button(page, 'Save draft').click();
    await page.getByText('Draft, saved').waitFor();
    expect((await bench.server.api.getConfigDraft('drafted')).body).toBe(
      BODY.replace('1s', '5s').replace('debug: {}', 'debug: {verbosity: basic}'),
    );
    await context.close();
  });

  for (const [colorScheme, width] of [
    ['light', 1440],
    ['dark', 390],
  ] as const) {
    test(`${colorScheme}, ${width} px: axe finds nothing, nothing overflows`, async () => {
      const name = `judged-${width}`;
      await bench.server.api.putConfig(name, { body: BODY });
      const ui = await bench.signedIn({ width, colorScheme });
      const { page, context, complaints } = ui;
      const found: string[] = [];
      await bench.open(page, `/configs/${name}`);
      await textbox(page).waitFor();
      await typeBody(page, BODY.replace('1s', '5s'));
      await page.getByText('Unsaved changes').waitFor();
      await page.reload();
      await page.getByText('Your unsaved text was restored').waitFor();
      await bench.server.api.putConfig(name, { body: BODY.replace('1s', '9s') });
      await button(page, 'Merge…').click();
      await page.getByRole('group', { name: 'Conflict 1 of 1' }).waitFor();
      found.push(...(await judged(ui, 'merge')));
      await bench.open(page, `/configs/${name}`);
      await page.getByRole('link', { name: 'Configurations' }).first().click();
      await page.getByRole('dialog', { name: 'Leave with unsaved changes?' }).waitFor();
      found.push(...(await judged(ui, 'leaving')));
      expect(found).toEqual([]);
      expect(complaints).toEqual([]);
      await context.close();
    });
  }
});
