import type { ConfigDetail } from '@drover/api';
import { useQuery } from '@tanstack/react-query';
import { useApi } from '../data/console-context.tsx';
import { queries } from '../data/queries.ts';

/** What two texts were made from. */
export type BaseText =
  | { readonly kind: 'reading' }
  /** Undefined: nobody knows. */
  | { readonly kind: 'read'; readonly body: string | undefined };

/** The body of the revision that a text was made from: by its hash, or by its number. */
export function useBaseText(
  config: ConfigDetail,
  { hash, number }: { readonly hash?: string | undefined; readonly number?: number | undefined },
): BaseText {
  const api = useApi();
  const revisions = useQuery({ ...queries.revisions(api, config.name), enabled: number === undefined });
  const found = number ?? revisions.data?.items.find((revision) => revision.hash === hash)?.number;
  const revision = useQuery({
    ...queries.revision(api, config.name, found ?? 0),
    enabled: found !== undefined,
  });
  const isUnknown = revision.isError || (found === undefined && !revisions.isPending);
  if (isUnknown) return { kind: 'read', body: undefined };
  return revision.data === undefined ? { kind: 'reading' } : { kind: 'read', body: revision.data.body };
}
