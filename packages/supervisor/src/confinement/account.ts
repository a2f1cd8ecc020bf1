import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A user of this system, as which an agent runs: with this group and no other. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
  readonly name: string;
  readonly home: string;
}

export type AccountLookup =
  | { readonly kind: 'account'; readonly account: Account }
  | { readonly kind: 'problem'; readonly key: 'user' | 'group'; readonly message: string };

/** The lines of one of the system's user databases that begin with a name or have that number; what `getent` knows beyond the file too. */
export type DatabaseEntry = (database: 'passwd' | 'group', key: string) => readonly string[] | undefined;

/** Finds a user and a group by name or number; without a group, the user's own. */
export function lookUpAccount(
  user: string,
  group: string | undefined,
  entryOf: DatabaseEntry = systemEntry,
): AccountLookup {
  const entry = entryOf('passwd', user);
  const uid = entry === undefined ? numberIn(user) : numberIn(entry[2]);
  if (uid === undefined)
    return { kind: 'problem', key: 'user', message: `there is no user ${user} on this host: create it` };
  const groupEntry = group === undefined ? undefined : entryOf('group', group);
  const gid = group === undefined ? numberIn(entry?.[3]) : (numberIn(groupEntry?.[2]) ?? numberIn(group));
  if (gid === undefined) {
    return group === undefined
      ? {
          kind: 'problem',
          key: 'group',
          message: `the user ${user} is known by number alone: name its group too`,
        }
      : { kind: 'problem', key: 'group', message: `there is no group ${group} on this host: create it` };
  }
  return { kind: 'account', account: { uid, gid, name: entry?.[0] ?? user, home: entry?.[5] || '/' } };
}

function numberIn(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : undefined;
}

function systemEntry(database: 'passwd' | 'group', key: string): readonly string[] | undefined {
  const numberAt = 2;
  const find = (text: string) =>
    text
      .split('\n')
      .map((line) => line.split(':'))
      .find((fields) => fields[0] === key || (/^\d+$/.test(key) && fields[numberAt] === key));
  try {
    const found = find(readFileSync(`/etc/${database}`, 'utf8'));
    if (found !== undefined) return found;
  } catch {
    // Not every system keeps its users in files.
  }
  const { status, stdout } = spawnSync('getent', [database, key], { encoding: 'utf8', timeout: 5_000 });
  return status === 0 ? find(stdout) : undefined;
}

/** What a program looks at to know whose it is. */
export function accountEnvironment(account: Account | undefined): Readonly<Record<string, string>> {
  return account === undefined ? {} : { HOME: account.home, USER: account.name, LOGNAME: account.name };
}
