import { Button } from '@mantine/core';
import { useMemo, useState } from 'react';
import { countOf, formatCount } from '../components/format.ts';
import { Note } from '../components/note.tsx';
import { Panel } from '../components/panel.tsx';
import { SkeletonRows } from '../components/skeleton.tsx';
import { MergeConflict } from './merge-conflict.tsx';
import styles from './merge-panel.module.css';
import { type MergeChoice, type MergePart, mergedText } from './merge-texts.ts';
import { useTextAnswer } from './use-text-answer.ts';

interface MergePanelProps {
  /** What both were made from; undefined where nobody knows it. */
  readonly base: string | undefined;
  readonly mine: string;
  readonly theirs: string;
  /** As `r4`. */
  readonly theirsLabel: string;
  readonly onUse: (text: string) => void;
  readonly onClose: () => void;
}

const PAUSE_MS = 150;
/** So many conflicts are shown at once; the next ones when these have a choice. */
const SHOWN_MAX = 50;

/** What was typed here and what somebody else saved, brought together: where only one side changed a line, that is taken. */
export function MergePanel(props: MergePanelProps) {
  const { base, mine, theirs, theirsLabel, onUse, onClose } = props;
  const ask = useMemo(() => ({ base, theirs }), [base, theirs]);
  const merge = useTextAnswer('merge', mine, ask, PAUSE_MS);
  return (
    <Panel
      title={`Merge with ${theirsLabel}`}
      aside={
        <Button variant="subtle" onClick={onClose}>
          Close
        </Button>
      }
    >
      {merge.kind === 'waiting' ? <SkeletonRows rows={4} /> : null}
      {merge.kind === 'failed' ? (
        <Note tone="broken">The texts could not be merged: {merge.reason}.</Note>
      ) : null}
      {merge.kind === 'answered' ? (
        // Choices belong to these very texts.
        <Parts
          key={`${mine.length} ${theirs.length} ${merge.text === mine}`}
          parts={merge.answer}
          hasBase={base !== undefined}
          theirsLabel={theirsLabel}
          onUse={onUse}
        />
      ) : null}
    </Panel>
  );
}

function Parts(props: {
  readonly parts: readonly MergePart[];
  readonly hasBase: boolean;
  readonly theirsLabel: string;
  readonly onUse: (text: string) => void;
}) {
  const { parts, hasBase, theirsLabel, onUse } = props;
  const [choices, setChoices] = useState<ReadonlyMap<number, MergeChoice>>(new Map());
  const conflicts = parts.flatMap((part, index) => (part.kind === 'conflict' ? [{ part, index }] : []));
  const taken = parts.filter((part) => part.kind === 'agreed' && part.from === 'theirs').length;
  const kept = parts.filter((part) => part.kind === 'agreed' && part.from === 'mine').length;
  const left = conflicts.filter(({ index }) => !choices.has(index)).length;
  const shown = conflicts.slice(0, SHOWN_MAX + conflicts.length - left);
  const chooseAll = (choice: MergeChoice) =>
    setChoices(new Map(conflicts.map(({ index }) => [index, choices.get(index) ?? choice])));
  return (
    <div className={styles.parts}>
      <p role="status">
        {conflicts.length === 0
          ? 'No conflicts.'
          : `${countOf(conflicts.length, 'conflict')}, ${left === 0 ? 'all resolved' : `${left} to resolve`}.`}{' '}
        Merged without conflict: {countOf(taken, 'change')} from {theirsLabel}, {countOf(kept, 'change')} of
        yours. {hasBase ? '' : 'The common base is not known, so every difference is a conflict. '}
      </p>
      {left < 2 ? null : (
        <div className={styles.all}>
          <Button onClick={() => chooseAll('mine')}>Mine for all {left} left</Button>
          <Button onClick={() => chooseAll('theirs')}>Theirs for all {left} left</Button>
        </div>
      )}
      {shown.map(({ part, index }, place) => (
        <MergeConflict
          key={index}
          conflict={part}
          title={`Conflict ${formatCount(place + 1)} of ${formatCount(conflicts.length)}`}
          before={lastLines(parts[index - 1])}
          theirsLabel={theirsLabel}
          choice={choices.get(index)}
          onChoose={(choice) => setChoices(new Map([...choices, [index, choice]]))}
        />
      ))}
      <div className={styles.all}>
        <Button variant="filled" disabled={left > 0} onClick={() => onUse(mergedText(parts, choices))}>
          Use the merged text
        </Button>
        <span className={styles.hint}>
          Puts it into the editor, where it is checked and can be undone. Nothing is saved yet.
        </span>
      </div>
    </div>
  );
}

const CONTEXT_LINES = 2;

/** What a conflict stands behind, so that one knows where it is. */
function lastLines(part: MergePart | undefined): readonly string[] {
  return part?.kind === 'agreed' ? part.lines.slice(-CONTEXT_LINES) : [];
}
