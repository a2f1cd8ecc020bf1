import type { WouldRunQuery } from '@drover/api';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorState } from '../components/error-state.tsx';
import layout from '../components/layout.module.css';
import { PageHeader } from '../components/page-header.tsx';
import { SkeletonRows } from '../components/skeleton.tsx';
import { useApi } from '../data/console-context.tsx';
import { queries } from '../data/queries.ts';
import { searchQueries } from '../data/search-queries.ts';
import { useTitle } from '../shell/use-title.ts';
import { StackPicker } from './stack-picker.tsx';
import { readStack, type StackItem, writeStack } from './stack-text.ts';
import { WouldRunResult } from './would-run-result.tsx';

const route = getRouteApi('/inside/agents/$uid/would-run');

/** What an agent would run of configurations that nobody has given it. Changes nothing. */
export function WouldRunPage() {
  const { uid } = route.useParams();
  const { stack, layer } = route.useSearch();
  const navigate = route.useNavigate();
  const api = useApi();
  const agent = useQuery(queries.agent(api, uid));
  const name = agent.data?.displayName ?? uid;
  useTitle(`What ${name} would run`);
  // Without a stack in the address: the newest of what it is to run.
  const intended = agent.data?.remoteConfig.desired?.configs.map((config) => ({ name: config.name })) ?? [];
  const [layerItem] = layer === undefined ? [] : readStack(layer);
  const chosen: readonly StackItem[] = stack === undefined ? intended : readStack(stack);
  const choose = (next: readonly StackItem[]) =>
    void navigate({ search: { stack: writeStack(next) }, replace: true, resetScroll: false });
  const isKnown = stack !== undefined || layerItem !== undefined || agent.data !== undefined;
  const target: WouldRunQuery['target'] =
    layerItem === undefined
      ? { kind: 'config', configs: [...chosen] }
      : { kind: 'config', ...layerItem, replaces: 'layer' };
  const would = useQuery({
    ...searchQueries.wouldRun(api, uid, { target }),
    enabled: isKnown && (layerItem !== undefined || chosen.length > 0),
  });
  // A layer in its place among the others is known once the server has put it there.
  const items = layerItem === undefined ? chosen : (would.data?.target.configs ?? [layerItem]);
  return (
    <>
      <PageHeader
        above={
          <Link to="/agents/$uid" params={{ uid }} search={{ tab: 'configuration' }}>
            {name}
          </Link>
        }
        title="What it would run"
        below="A preview without a rollout: merged, with this agent’s own values. Nothing is changed."
      />
      <div className={layout.column}>
        <StackPicker items={items} onChange={choose} />
        {!isKnown && agent.isError ? (
          <ErrorState
            error={agent.error}
            what="The agent could not be loaded"
            onRetry={() => void agent.refetch()}
          />
        ) : items.length === 0 && isKnown ? (
          <EmptyState title="No configuration selected">
            Select one above, or several in the order in which the agent should merge them.
          </EmptyState>
        ) : would.data !== undefined ? (
          <WouldRunResult would={would.data} />
        ) : would.isError ? (
          <ErrorState
            error={would.error}
            what="The result could not be loaded"
            onRetry={() => void would.refetch()}
          />
        ) : (
          <SkeletonRows rows={6} />
        )}
      </div>
    </>
  );
}
