import { type Searchable, searchableOf } from '@drover/collector-config';
import { expect, test } from 'vitest';
import { SearchableThread } from './searchable-thread.ts';

const TEXT = 'exporters: {otlp: {endpoint: "gw:4317", headers: {authorization: hunter2}}}\n';

test('a text is read in the thread as it is here, and after the stop no more', async () => {
  const thread = new SearchableThread();
  const [config, text] = await Promise.all([thread.read(TEXT), thread.read(TEXT, { isText: true })]);
  const same = ({ lines, entries }: Searchable) => ({ lines, entries });
  expect(same(config)).toEqual(same(searchableOf(TEXT)));
  expect(same(text)).toEqual(same(searchableOf(TEXT, { isText: true })));
  expect((await thread.read('')).entries).toEqual([]);
  expect(JSON.stringify([config, text])).not.toContain('hunter2');
  await thread.stop();
  await thread.stop();
  await expect(thread.read(TEXT)).rejects.toThrow('the server stops');
});

test('what waits when it ends is rejected', async () => {
  const thread = new SearchableThread();
  const reading = expect(thread.read(TEXT)).rejects.toThrow('has ended');
  await thread.stop();
  await reading;
});
