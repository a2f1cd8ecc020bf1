import type { ConfigDetail, ConfigDraft } from '@drover/api';
import { Button } from '@mantine/core';
import { useState } from 'react';
import { Note } from '../components/note.tsx';
import { Time } from '../components/time.tsx';
import { Differences } from './differences.tsx';

/** A revision was saved while an earlier one was being changed: both brought together, theirs, or mine. */
export function OvertakenNote(props: {
  readonly config: ConfigDetail;
  readonly body: string;
  readonly onMerge: () => void;
  readonly onKeep: () => void;
  readonly onTake: () => void;
}) {
  const { revision: newest } = props.config;
  const [isComparing, setComparing] = useState(false);
  return (
    <>
      <Note
        tone="look"
        isAlert
        actions={
          <>
            <Button onClick={() => setComparing(!isComparing)}>
              {isComparing ? 'Hide changes' : 'Show changes'}
            </Button>
            <Button variant="filled" onClick={props.onMerge}>
              Merge…
            </Button>
            <Button onClick={props.onKeep}>Keep mine</Button>
            <Button onClick={props.onTake}>Use r{newest.number}</Button>
          </>
        }
      >
        <strong>
          {newest.author} saved r{newest.number}
        </strong>{' '}
        <Time at={newest.createdAt} />, while you were editing an earlier revision. Your text is not lost.
      </Note>
      {isComparing ? (
        <Differences
          before={{ body: props.config.body, label: `r${newest.number}` }}
          after={{ body: props.body, label: 'Your text' }}
        />
      ) : null}
    </>
  );
}

/** A revision of somebody else stands here in the place of the one that was read. */
export function ArrivalNote(props: {
  readonly config: ConfigDetail;
  readonly before: { readonly number: number; readonly body: string };
  readonly onClose: () => void;
}) {
  const { revision: newest, body } = props.config;
  const [isComparing, setComparing] = useState(false);
  return (
    <>
      <Note
        tone="gone"
        actions={
          <>
            <Button onClick={() => setComparing(!isComparing)}>
              {isComparing ? 'Hide changes' : 'Show changes'}
            </Button>
            <Button variant="subtle" onClick={props.onClose}>
              Close
            </Button>
          </>
        }
      >
        <span role="status">
          <strong>
            {newest.author} saved r{newest.number}
          </strong>{' '}
          <Time at={newest.createdAt} />. It replaced r{props.before.number} here.
        </span>
      </Note>
      {isComparing ? (
        <Differences
          before={{ body: props.before.body, label: `r${props.before.number}` }}
          after={{ body, label: `r${newest.number}` }}
        />
      ) : null}
    </>
  );
}

/** Somebody saved another draft while this text was being typed. */
export function DraftOvertakenNote(props: {
  readonly draft: ConfigDraft;
  readonly body: string;
  readonly onMerge?: () => void;
  readonly onKeep: () => void;
  readonly onTake: () => void;
}) {
  const { draft } = props;
  const [isComparing, setComparing] = useState(false);
  return (
    <>
      <Note
        tone="look"
        isAlert
        actions={
          <>
            <Button onClick={() => setComparing(!isComparing)}>
              {isComparing ? 'Hide differences' : 'Compare drafts'}
            </Button>
            {props.onMerge === undefined ? null : (
              <Button variant="filled" onClick={props.onMerge}>
                Merge…
              </Button>
            )}
            <Button onClick={props.onKeep}>Keep my text</Button>
            <Button onClick={props.onTake}>Use the saved draft</Button>
          </>
        }
      >
        <strong>{draft.author} saved a draft</strong> <Time at={draft.updatedAt} /> that differs from what you
        typed. Your text is not lost.
      </Note>
      {isComparing ? (
        <Differences
          before={{ body: draft.body, label: 'Saved draft' }}
          after={{ body: props.body, label: 'Your text' }}
        />
      ) : null}
    </>
  );
}

/** Whose draft is in the editor, and what it changes. */
export function DraftNote(props: {
  readonly config: ConfigDetail;
  readonly draft: ConfigDraft;
  readonly onDiscard: () => void;
}) {
  const { draft, config } = props;
  const [isComparing, setComparing] = useState(false);
  const isSame = draft.body === config.body;
  return (
    <>
      <Note
        tone="progress"
        actions={
          <>
            {isSame ? null : (
              <Button onClick={() => setComparing(!isComparing)}>
                {isComparing ? 'Hide changes' : 'Show changes'}
              </Button>
            )}
            <Button onClick={props.onDiscard}>Discard draft…</Button>
          </>
        }
      >
        <strong>Draft by {draft.author}</strong>, saved <Time at={draft.updatedAt} />, based on{' '}
        {draft.baseRevision === null ? 'no revision' : `r${draft.baseRevision}`}. Agents get it only once it
        is saved as a revision and rolled out.
      </Note>
      {isComparing ? (
        <Differences
          before={{ body: config.body, label: `r${config.revision.number}` }}
          after={{ body: draft.body, label: `Draft by ${draft.author}` }}
        />
      ) : null}
    </>
  );
}
