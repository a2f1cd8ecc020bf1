import { ApiError } from '@drover/api';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { FailureNote } from '../components/failure-note.tsx';
import { Identifier } from '../components/identifier.tsx';
import { LinkButton } from '../components/link-button.tsx';
import { Note } from '../components/note.tsx';
import { Skeleton, SkeletonRows } from '../components/skeleton.tsx';
import { StateBadge } from '../components/state-badge.tsx';
import { Time } from '../components/time.tsx';
import type { StateWord, Tone } from '../components/tone.ts';
import styles from './gallery.module.css';
import { Row, Sample } from './sample.tsx';

const STATES: readonly StateWord[] = [
  { tone: 'well', word: 'Healthy' },
  { tone: 'look', word: 'Stale' },
  { tone: 'broken', word: 'Unhealthy' },
  { tone: 'progress', word: 'Applying' },
  { tone: 'gone', word: 'Unknown' },
];
const NOTES: Record<Tone, string> = {
  well: 'The server is back; everything here is up to date.',
  look: 'Three agents waiting for approval; they get nothing until then.',
  broken: 'It failed to apply its configuration: exporters::otlp: endpoint is missing.',
  progress: '12 of 40 agents applied it, 28 waiting. None failed.',
  gone: 'It never reported its health.',
};
const COLOURS = [
  ...['paper', 'surface', 'sunken', 'hover', 'selected', 'line-soft', 'line-strong', 'line-control'],
  ...['ink', 'ink-muted', 'ink-faint', 'act', 'focus'],
  ...['well', 'look', 'broken', 'progress', 'gone'].flatMap((tone) => [
    tone,
    `${tone}-solid`,
    `${tone}-tint`,
  ]),
];
const FAILURE = new ApiError(
  409,
  {
    type: 'about:blank',
    title: 'Someone else saved another revision',
    status: 409,
    detail: 'r7 was saved by jo two minutes ago',
    code: 'REVISION_CONFLICT',
  },
  'PUT /configs/edge',
);

/** What things are and how they stand. */
export function StateSamples() {
  const now = Date.now();
  const at = (ago: number) => new Date(now - ago).toISOString();
  return (
    <>
      <Sample name="Colours">
        <Row>
          {COLOURS.map((name) => (
            <span key={name} className={styles.swatch}>
              <i style={{ background: `var(--${name})` }} /> {name}
            </span>
          ))}
        </Row>
      </Sample>
      <Sample name="State badge">
        <Row>
          {STATES.map((state) => (
            <StateBadge key={state.tone} state={state} />
          ))}
        </Row>
        <Row>
          {STATES.map((state) => (
            <StateBadge key={state.tone} state={state} look="tint" />
          ))}
        </Row>
      </Sample>
      <Sample name="Identifier">
        <Row>
          <Identifier value="01900000-4c1e-7000-8000-0123456789ab" of="instance uid" />
          <Identifier value="short" of="name" />
          <Identifier value="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b" of="hash" lead={12} tail={8} />
        </Row>
      </Sample>
      <Sample name="Time">
        <Row>
          <Time at={at(0)} />
          <Time at={at(42_000)} prefix="last message " />
          <Time at={at(3 * 86_400_000)} />
          <Time at={at(-7_200_000)} prefix="expires " />
        </Row>
      </Sample>
      <Sample name="Note">
        {STATES.map(({ tone }) => (
          <Note key={tone} tone={tone} actions={tone === 'look' ? <a href="#waiting">Review</a> : null}>
            {NOTES[tone]}
          </Note>
        ))}
        <FailureNote error={FAILURE} />
      </Sample>
      <Sample name="Empty state">
        <EmptyState title="No agent matches" action={<LinkButton to="/agents">Clear all filters</LinkButton>}>
          None of 1,000 agents matches all filters above.
        </EmptyState>
        <EmptyState title="No rollouts yet" />
      </Sample>
      <Sample name="Error state">
        <ErrorState error={FAILURE} what="The agents could not be loaded" onRetry={() => undefined} />
        <ErrorState error={new Error('the disk is full')} what="This page could not be shown" />
      </Sample>
      <Sample name="Placeholder">
        <Skeleton widths={[140, 320, '60%']} />
        <SkeletonRows rows={3} />
      </Sample>
    </>
  );
}
