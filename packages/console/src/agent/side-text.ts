import type { Agent, IntendedConfig, WouldRun } from '@drover/api';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { countOf } from '../components/format.ts';
import { useApi } from '../data/console-context.tsx';
import { historyQueries } from '../data/history-queries.ts';
import { queries } from '../data/queries.ts';
import { rolloutQueries } from '../data/rollout-queries.ts';
import type { ConfigSide } from '../page-search.ts';

/** One side of a comparison. */
export type SideText =
  | { readonly kind: 'text'; readonly text: string; readonly remark: string }
  | { readonly kind: 'none'; readonly reason: string }
  | { readonly kind: 'loading' }
  | { readonly kind: 'error'; readonly error: unknown; readonly retry: () => void };

/** What an agent is to run, was given or runs, as one text. */
export function useSideText(agent: Agent, side: ConfigSide): SideText {
  const { desired, hash } = agent.remoteConfig;
  const isAsIntended = side === 'delivered' && desired !== null && hash === desired.hash;
  const intended = useIntended(agent, side === 'intended' || isAsIntended);
  const earlier = useEarlier(agent, side === 'delivered' && !isAsIntended && hash !== '');
  if (side === 'effective') return effectiveText(agent);
  if (side === 'intended') return intended;
  if (hash === '') return { kind: 'none', reason: 'it has not reported receiving anything.' };
  if (!isAsIntended) return earlier;
  return intended.kind === 'text' ? { ...intended, remark: 'the intended one, by its hash' } : intended;
}

function effectiveText({ effectiveConfig, capabilities }: Agent): SideText {
  const files = Object.entries(effectiveConfig?.files ?? {});
  if (files.length === 0) {
    const isSilent = !capabilities.includes('ReportsEffectiveConfig');
    return {
      kind: 'none',
      reason: isSilent
        ? 'unknown; this agent does not report its effective configuration.'
        : 'not reported yet.',
    };
  }
  return {
    kind: 'text',
    text: files.map(([name, { body }]) => (files.length > 1 ? `# ${name}\n${body}` : body)).join('\n'),
    remark: '',
  };
}

/** One layer as it was written, several as the agent merges them; with the values that this agent has. */
function textOf({ layers, merged }: Pick<IntendedConfig | WouldRun, 'layers' | 'merged'>): string {
  if (merged !== null && layers.length > 1) return merged.body;
  return layers.map(({ entry, body }) => (layers.length > 1 ? `# ${entry}\n${body}` : body)).join('\n');
}

function useIntended({ instanceUid, remoteConfig }: Agent, isWanted: boolean): SideText {
  const { desired } = remoteConfig;
  const query = useQuery({
    ...queries.intendedConfig(useApi(), instanceUid),
    enabled: isWanted && desired !== null,
  });
  if (desired === null)
    return { kind: 'none', reason: 'none; Drover leaves this agent’s configuration alone.' };
  if (query.data === undefined)
    return query.isError
      ? { kind: 'error', error: query.error, retry: () => void query.refetch() }
      : { kind: 'loading' };
  const { layers } = query.data;
  if (layers.length === 0)
    return { kind: 'none', reason: desired.problem ?? 'it cannot be built for this agent.' };
  const remark =
    layers.length > 1 ? `${countOf(layers.length, 'configuration')}, merged as the agent merges them` : '';
  return { kind: 'text', text: textOf(query.data), remark };
}

/** Of another hash than the intended one: what Drover gave it before, where that is still known. */
function useEarlier({ instanceUid, remoteConfig }: Agent, isWanted: boolean): SideText {
  const api = useApi();
  const history = useInfiniteQuery({ ...historyQueries.agent(api, instanceUid), enabled: isWanted });
  const entries = history.data?.pages.flatMap(({ items }) => items);
  const entry = entries?.find(({ hash }) => hash === remoteConfig.hash);
  const configs = entry?.configs ?? [];
  const query = useQuery({
    ...rolloutQueries.wouldRun(api, instanceUid, { configs, replaces: 'stack' }),
    enabled: isWanted && configs.length > 0,
  });
  if (history.isError) return { kind: 'error', error: history.error, retry: () => void history.refetch() };
  if (entries === undefined) return { kind: 'loading' };
  if (entry === undefined)
    return { kind: 'none', reason: 'what it received is not from Drover, or too old to be known here.' };
  if (query.data === undefined)
    return query.isError
      ? { kind: 'error', error: query.error, retry: () => void query.refetch() }
      : { kind: 'loading' };
  const stack = configs.map(({ name, revision }) => `${name} r${revision}`).join(', ');
  const isExact = query.data.hash === remoteConfig.hash;
  return {
    kind: 'text',
    text: textOf(query.data),
    remark: isExact ? stack : `${stack}, with today’s labels and secrets`,
  };
}
