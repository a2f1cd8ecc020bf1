import { expect, test } from 'vitest';
import { type DatabaseEntry, lookUpAccount } from './account.ts';

const OTEL = ['otel', 'x', '998', '997', '', '/var/lib/otel', '/sbin/nologin'];
const ENTRIES = new Map([
  ['passwd otel', OTEL],
  ['passwd 998', OTEL],
  ['group adm', ['adm', 'x', '4', '']],
]);
const entryOf: DatabaseEntry = (database, key) => ENTRIES.get(`${database} ${key}`);

test('a user is found by name or number, with its own group or the one that is named', () => {
  const otel = { uid: 998, gid: 997, name: 'otel', home: '/var/lib/otel' };
  expect(lookUpAccount('otel', undefined, entryOf)).toEqual({ kind: 'account', account: otel });
  expect(lookUpAccount('998', undefined, entryOf)).toEqual({ kind: 'account', account: otel });
  expect(lookUpAccount('otel', 'adm', entryOf)).toEqual({ kind: 'account', account: { ...otel, gid: 4 } });
  expect(lookUpAccount('4000', '4001', entryOf)).toEqual({
    kind: 'account',
    account: { uid: 4000, gid: 4001, name: '4000', home: '/' },
  });
});

test('what is not there is named, with the key that names it', () => {
  expect(lookUpAccount('nobody-here', undefined, entryOf)).toMatchObject({ kind: 'problem', key: 'user' });
  expect(lookUpAccount('otel', 'no-group', entryOf)).toMatchObject({ kind: 'problem', key: 'group' });
  expect(lookUpAccount('4000', undefined, entryOf)).toMatchObject({ kind: 'problem', key: 'group' });
});

test('the system itself is asked', () => {
  expect(lookUpAccount('root', undefined)).toMatchObject({ account: { uid: 0, gid: 0 } });
  expect(lookUpAccount('drover-no-such-user', undefined)).toMatchObject({ kind: 'problem' });
});
