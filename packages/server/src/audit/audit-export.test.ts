import type { ActivityEntry } from '@drover/api';
import { expect, test } from 'vitest';
import { exportText } from './audit-export.ts';

const ENTRY: ActivityEntry = {
  id: 1,
  at: '2026-01-01T00:00:00.000Z',
  author: 'ann',
  kind: 'config.written',
  subject: { kind: 'config', id: 'edge', name: 'edge' },
  detail: '=HYPERLINK("x"), with a comma',
  data: {},
  address: null,
};

async function* some(count: number) {
  for (let number = 1; number <= count; number += 1) yield { ...ENTRY, id: number };
}

async function whole(pieces: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const piece of pieces) text += piece;
  return text;
}

test('CSV quotes what needs it, and no cell is a formula', async () => {
  expect((await whole(exportText(some(1), 'csv'))).split('\r\n')).toEqual([
    'at,author,kind,subject_kind,subject_id,subject_name,detail,address',
    `2026-01-01T00:00:00.000Z,ann,config.written,config,edge,edge,"'=HYPERLINK(""x""), with a comma",`,
    '',
  ]);
});

test('CSV of what people wrote is as safe as that of agents', async () => {
  const written = async (detail: string) => {
    async function* one() {
      yield { ...ENTRY, detail };
    }
    return (await whole(exportText(one(), 'csv'))).split('\r\n')[1]?.split(',edge,edge,')[1];
  };
  expect(await written('＝1+1')).toBe("'＝1+1,");
  expect(await written(' a; b')).toBe('" a; b",');
});

test('JSON is one array, also an empty one', async () => {
  expect(JSON.parse(await whole(exportText(some(2), 'json')))).toEqual([ENTRY, { ...ENTRY, id: 2 }]);
  expect(JSON.parse(await whole(exportText(some(0), 'json')))).toEqual([]);
});
