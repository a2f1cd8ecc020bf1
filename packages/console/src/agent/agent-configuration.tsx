import type { Agent, IntendedConfig } from '@drover/api';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { ErrorState } from '../components/error-state.tsx';
import { countOf } from '../components/format.ts';
import { Identifier } from '../components/identifier.tsx';
import { Facts, Panel } from '../components/panel.tsx';
import { SkeletonRows } from '../components/skeleton.tsx';
import { StateBadge } from '../components/state-badge.tsx';
import { Time } from '../components/time.tsx';
import { configStatusWords, type StateWord, syncWords } from '../components/tone.ts';
import { useApi } from '../data/console-context.tsx';
import { queries } from '../data/queries.ts';
import styles from './agent.module.css';
import { AgentDrift } from './agent-drift.tsx';
import { AgentPipelines } from './agent-pipelines.tsx';
import { MergedOrigin } from './merged-origin.tsx';

const DiffView = lazy(() =>
  import('../components/diff-view.tsx').then((module) => ({ default: module.DiffView })),
);
const CodeEditor = lazy(() =>
  import('../components/code-editor.tsx').then((module) => ({ default: module.CodeEditor })),
);

/** Intended, delivered and effective are three things, shown as such. */
export function AgentConfiguration(props: { readonly agent: Agent }) {
  const { agent } = props;
  return (
    <div className={styles.column}>
      <div className={styles.three}>
        <Intended agent={agent} />
        <Delivered agent={agent} />
        <Effective agent={agent} />
      </div>
      <AgentDrift agent={agent} />
      <AgentPipelines agent={agent} />
      <MergedOrigin agent={agent} />
      <Bodies agent={agent} />
    </div>
  );
}

function Intended({ agent }: { readonly agent: Agent }) {
  const { desired } = agent.remoteConfig;
  return (
    <Panel
      title="Intended"
      aside={
        <Link to="/agents/$uid/would-run" params={{ uid: agent.instanceUid }} className={styles.muted}>
          What would it run…
        </Link>
      }
    >
      {desired === null ? (
        <p className={styles.muted}>
          Nothing. Drover leaves this agent’s configuration alone until a rollout reaches it.
        </p>
      ) : (
        <Facts
          facts={[
            [
              'Configuration',
              desired.configs.map((config, index) => (
                <span key={config.name}>
                  {index === 0 ? '' : ', then '}
                  <Link to="/configs/$name" params={{ name: config.name }}>
                    {config.name}
                  </Link>{' '}
                  r{config.revision}
                </span>
              )),
            ],
            [
              'Assigned',
              <span key="assigned">
                <Time at={desired.assignedAt} />
                {desired.rolloutId === null ? null : (
                  <>
                    {' by '}
                    <Link to="/rollouts/$id" params={{ id: desired.rolloutId }}>
                      this rollout
                    </Link>
                  </>
                )}
              </span>,
            ],
            ...(desired.problem === null
              ? [['Hash', <Identifier key="hash" value={desired.hash} of="intended hash" />] as const]
              : [
                  [
                    'Cannot be made',
                    <span key="problem" className={styles.broken}>
                      {desired.problem}
                    </span>,
                  ] as const,
                ]),
          ]}
        />
      )}
    </Panel>
  );
}

function deliveryWords(agent: Agent): StateWord {
  const { desired, hash, syncState } = agent.remoteConfig;
  if (desired === null)
    return hash === '' ? { tone: 'gone', word: 'Nothing delivered' } : { tone: 'gone', word: 'Not compared' };
  if (hash === desired.hash) return { tone: 'well', word: 'The intended one' };
  return hash === '' ? syncWords[syncState] : { tone: 'look', word: 'Another than intended' };
}

function Delivered({ agent }: { readonly agent: Agent }) {
  const { hash, status, errorMessage } = agent.remoteConfig;
  return (
    <Panel title="Delivered" aside={<span className={styles.muted}>what it says it received</span>}>
      <Facts
        facts={[
          ['Received', <StateBadge key="received" state={deliveryWords(agent)} />],
          ['It says', <StateBadge key="status" state={configStatusWords[status]} />],
          ...(errorMessage === ''
            ? []
            : [
                [
                  'Its error',
                  <span key="error" className={styles.broken}>
                    {errorMessage}
                  </span>,
                ] as const,
              ]),
          ['Hash', hash === '' ? 'None' : <Identifier key="hash" value={hash} of="delivered hash" />],
        ]}
      />
    </Panel>
  );
}

function Effective({ agent }: { readonly agent: Agent }) {
  const effective = agent.effectiveConfig;
  return (
    <Panel title="Effective" aside={<span className={styles.muted}>what it says it runs</span>}>
      {effective === null ? (
        <p className={styles.muted}>
          {agent.capabilities.includes('ReportsEffectiveConfig')
            ? 'Not reported yet.'
            : 'Unknown: this agent does not report the configuration that it runs.'}
        </p>
      ) : (
        <Facts
          facts={[
            ['Reported', <Time key="at" at={effective.reportedAt} />],
            [
              'Files',
              Object.keys(effective.files)
                .map((name) => name || 'unnamed')
                .join(', ') || 'None',
            ],
            ['Secrets', 'Known sensitive fields are masked'],
          ]}
        />
      )}
    </Panel>
  );
}

function Bodies({ agent }: { readonly agent: Agent }) {
  const isManaged = agent.remoteConfig.desired !== null;
  const query = useQuery({
    ...queries.intendedConfig(useApi(), agent.instanceUid),
    enabled: isManaged,
  });
  const files = Object.entries(agent.effectiveConfig?.files ?? {});
  const effective = files
    .map(([name, file]) => (files.length > 1 ? `# ${name}\n${file.body}` : file.body))
    .join('\n');
  if (query.isError) {
    return (
      <ErrorState
        error={query.error}
        what="The intended configuration could not be read"
        onRetry={() => void query.refetch()}
      />
    );
  }
  if (isManaged && query.data === undefined) return <SkeletonRows rows={8} height={20} />;
  const layers = query.data?.layers ?? [];
  const intended = layers.length === 0 ? undefined : intendedText(query.data);
  if (intended === undefined && files.length === 0) return null;
  return (
    <Suspense fallback={<SkeletonRows rows={8} height={20} />}>
      {intended === undefined || files.length === 0 ? (
        <Panel title={intended === undefined ? 'Effective configuration' : 'Intended configuration'} isFlush>
          <CodeEditor value={intended ?? effective} label="Configuration" isReadOnly />
        </Panel>
      ) : (
        <Panel
          title="Intended and effective, line by line"
          aside={
            layers.length > 1 ? (
              <span className={styles.muted}>
                {countOf(layers.length, 'configuration')} merged as the agent merges them
              </span>
            ) : null
          }
          isFlush
        >
          <DiffView before={intended} after={effective} beforeLabel="Intended" afterLabel="Effective" />
        </Panel>
      )}
    </Suspense>
  );
}

/** One layer as it was written, several as the agent merges them; with the values that this agent has. */
function intendedText(intended: IntendedConfig | undefined): string {
  const { layers = [], merged = null } = intended ?? {};
  if (merged !== null && layers.length > 1) return merged.body;
  return layers.map(({ entry, body }) => (layers.length > 1 ? `# ${entry}\n${body}` : body)).join('\n');
}
