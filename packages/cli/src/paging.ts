import { LIST_LIMIT_DEFAULT, LIST_LIMIT_MAX, type Page } from '@drover/api';
import { usageError } from './failure.ts';

export interface PagingFlags {
  readonly limit?: number;
  readonly all?: boolean;
}

type FetchPage<T> = (query: { limit: number; cursor?: string }) => Promise<Page<T>>;

/** Reads pages until `limit` items (50 when left out) or, with `all`, every item is there. */
export async function collectPages<T>(flags: PagingFlags, fetchPage: FetchPage<T>): Promise<Page<T>> {
  const wanted = flags.all ? Number.POSITIVE_INFINITY : (flags.limit ?? LIST_LIMIT_DEFAULT);
  const items: T[] = [];
  let page: Page<T>;
  let cursor: string | undefined;
  do {
    const limit = Math.min(LIST_LIMIT_MAX, wanted - items.length);
    page = await fetchPage({ limit, ...(cursor === undefined ? {} : { cursor }) });
    items.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined && items.length < wanted);
  return { items, nextCursor: page.nextCursor, total: page.total };
}

/** A whole number from 1 on; for commander's option parsing. */
export function parseCount(text: string): number {
  if (!/^[1-9][0-9]{0,8}$/.test(text)) throw usageError(`"${text}" is not a whole number from 1 on.`);
  return Number(text);
}

/** A number above 0. */
export function parseRate(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw usageError(`"${text}" is not a number above 0.`);
  return value;
}
