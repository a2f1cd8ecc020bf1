import { Button, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { ErrorState } from '../components/error-state.tsx';
import { Note } from '../components/note.tsx';
import { Panel } from '../components/panel.tsx';
import { Select } from '../components/select.tsx';
import { SkeletonRows } from '../components/skeleton.tsx';
import { useApi } from '../data/console-context.tsx';
import { partCode } from '../data/page-code.ts';
import { queries } from '../data/queries.ts';
import styles from './compare-panel.module.css';
import { type CompareSide, sideText } from './compare-side.ts';

const DiffView = lazy(
  partCode(() => import('../components/diff-view.tsx').then((module) => ({ default: module.DiffView }))),
);
const MeaningDiff = lazy(
  partCode(() =>
    import('../components/meaning-diff.tsx').then((module) => ({ default: module.MeaningDiff })),
  ),
);

interface ComparePanelProps {
  /** The configuration whose revisions there are; undefined for a new one, which has none. */
  readonly name: string | undefined;
  readonly body: string;
  readonly isCollector: boolean;
  readonly side: CompareSide;
  readonly onChange: (side: CompareSide) => void;
  readonly onClose: () => void;
}

const PAUSE_MS = 600;
const PROPOSED = 30;
const AGENT = 'agent';

/** The text beside a revision, or beside what an agent runs: by meaning, and line by line. */
export function ComparePanel({ name, body, isCollector, side, onChange, onClose }: ComparePanelProps) {
  const revisions = useQuery({ ...queries.revisions(useApi(), name ?? ''), enabled: name !== undefined });
  const numbers = revisions.data?.items ?? [];
  const [text] = useDebouncedValue(body, PAUSE_MS);
  const isListed = side.kind === 'revision' && !numbers.some(({ number }) => number === side.number);
  return (
    <Panel
      title="Compare with"
      aside={
        <Button variant="subtle" onClick={onClose}>
          Close
        </Button>
      }
      isFlush
    >
      <div className={styles.form}>
        <Select
          label="Source"
          value={side.kind === 'revision' ? String(side.number) : AGENT}
          options={[
            ...(isListed ? [{ value: String(side.number), word: `r${side.number}` }] : []),
            ...numbers.map(({ number, author }, index) => ({
              value: String(number),
              word: `r${number}${index === 0 ? ', latest,' : ''} by ${author}`,
            })),
            { value: AGENT, word: 'An agent’s effective configuration' },
          ]}
          onChange={(value) =>
            onChange(value === AGENT ? { kind: 'agent' } : { kind: 'revision', number: Number(value) })
          }
        />
        {side.kind === 'agent' ? <AgentChoice name={name} uid={side.uid} onChange={onChange} /> : null}
      </div>
      {side.kind === 'revision' ? (
        <RevisionSide name={name ?? ''} number={side.number} text={text} isCollector={isCollector} />
      ) : side.uid === undefined ? null : (
        <AgentSide uid={side.uid} text={text} isCollector={isCollector} />
      )}
    </Panel>
  );
}

function AgentChoice(props: {
  readonly name: string | undefined;
  readonly uid: string | undefined;
  readonly onChange: (side: CompareSide) => void;
}) {
  const { name, uid, onChange } = props;
  const api = useApi();
  const [wanted, setWanted] = useState('');
  const [q] = useDebouncedValue(wanted.trim(), 250);
  const found = useQuery(
    queryOptions({
      queryKey: ['agents', 'compare', name ?? '', q],
      queryFn: async ({ signal }) => {
        // Those that are to run this very configuration come first to mind.
        const own = q === '' && name !== undefined ? { config: name } : {};
        const page = await api.listAgents({ limit: PROPOSED, ...own, ...(q === '' ? {} : { q }) }, signal);
        return page.items.length > 0 || q !== '' ? page : api.listAgents({ limit: PROPOSED }, signal);
      },
      placeholderData: keepPreviousData,
    }),
  );
  const agents = found.data?.items ?? [];
  const isListed = agents.some(({ instanceUid }) => instanceUid === uid);
  return (
    <>
      <TextInput
        label="Find an agent"
        placeholder="a name, a host, or env=prod"
        value={wanted}
        error={found.isError ? 'The agents could not be loaded' : undefined}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => setWanted(event.currentTarget.value)}
      />
      <Select
        label="Agent"
        value={uid ?? ''}
        options={[
          ...(uid === undefined ? [{ value: '', word: placeholderOf(found.isPending, agents.length) }] : []),
          ...(uid === undefined || isListed ? [] : [{ value: uid, word: `…${uid.slice(-12)}` }]),
          ...agents.map(({ instanceUid, displayName, hostName }) => ({
            value: instanceUid,
            word: `${displayName} …${instanceUid.slice(-4)}${hostName === '' || hostName === displayName ? '' : ` on ${hostName}`}`,
          })),
        ]}
        onChange={(value) => onChange(value === '' ? { kind: 'agent' } : { kind: 'agent', uid: value })}
      />
    </>
  );
}

function placeholderOf(isPending: boolean, count: number): string {
  if (isPending) return 'Searching…';
  return count === 0 ? 'No agent matches' : 'Select an agent';
}

interface SideProps {
  readonly text: string;
  readonly isCollector: boolean;
}

function RevisionSide({ name, number, ...rest }: SideProps & { name: string; number: number }) {
  const revision = useQuery(queries.revision(useApi(), name, number));
  if (revision.isError)
    return (
      <ErrorState
        error={revision.error}
        what={`r${number} could not be loaded`}
        onRetry={() => void revision.refetch()}
      />
    );
  if (revision.data === undefined) return <SkeletonRows rows={6} />;
  return <Differences {...rest} before={revision.data.body} label={`r${number}`} />;
}

function AgentSide({ uid, ...rest }: SideProps & { uid: string }) {
  const agent = useQuery(queries.agent(useApi(), uid));
  if (agent.isError)
    return (
      <ErrorState
        error={agent.error}
        what="The agent could not be loaded"
        onRetry={() => void agent.refetch()}
      />
    );
  if (agent.data === undefined) return <SkeletonRows rows={6} />;
  const { displayName, effectiveConfig } = agent.data;
  const before = sideText(effectiveConfig?.files);
  if (before === undefined)
    return (
      <div className={styles.remark}>
        <Note tone="gone">{displayName} has not reported its effective configuration.</Note>
      </div>
    );
  return (
    <>
      <p className={styles.remark}>
        The effective configuration that {displayName} reports. Known sensitive fields are masked; what its
        supervisor adds is included.
      </p>
      <Differences {...rest} before={before} label={`${displayName}, effective`} />
    </>
  );
}

function Differences(props: SideProps & { readonly before: string; readonly label: string }) {
  const { before, text, label, isCollector } = props;
  return (
    <Suspense fallback={<SkeletonRows rows={6} />}>
      {isCollector && before !== text ? (
        <div className={styles.meaning}>
          <MeaningDiff before={before} after={text} />
        </div>
      ) : null}
      <DiffView before={before} after={text} beforeLabel={label} afterLabel="Your text" />
    </Suspense>
  );
}
