import { Button } from '@mantine/core';
import { useState } from 'react';
import { Note } from '../components/note.tsx';
import { Time } from '../components/time.tsx';
import { Differences, type Side } from './differences.tsx';
import type { DraftState } from './use-draft.ts';

interface LocalNotesProps {
  readonly local: DraftState;
  /** What the text is without what was typed here. */
  readonly saved: Side;
  readonly onBringBack: () => void;
}

/** What this browser keeps of a configuration: text that came back with the page, that was just discarded, or another tab's. */
export function LocalNotes({ local, saved, onBringBack }: LocalNotesProps) {
  const [isComparing, setComparing] = useState(false);
  const { draft, restoredAt, dropped, isElsewhere } = local;
  return (
    <>
      {dropped === undefined ? null : (
        <div role="status">
          <Note tone="gone" actions={<Button onClick={onBringBack}>Restore</Button>}>
            Your unsaved text was discarded.
          </Note>
        </div>
      )}
      {restoredAt === undefined || draft === undefined ? null : (
        <div role="status">
          <Note
            tone="progress"
            actions={
              <>
                <Button aria-expanded={isComparing} onClick={() => setComparing(!isComparing)}>
                  {isComparing ? 'Hide changes' : 'Show changes'}
                </Button>
                <Button onClick={local.discard}>Discard text</Button>
                <Button onClick={local.dismiss}>Keep editing</Button>
              </>
            }
          >
            <strong>Your unsaved text was restored</strong>, as this browser kept it{' '}
            <Time at={new Date(restoredAt).toISOString()} />. Nobody else sees it until it is saved.
          </Note>
        </div>
      )}
      {isComparing && restoredAt !== undefined && draft !== undefined ? (
        <Differences before={saved} after={{ body: draft.body, label: 'Your text' }} />
      ) : null}
      {isElsewhere ? (
        <Note tone="look">
          Another tab of this browser is editing this configuration too. Both can save; after a reload only
          the text typed last is restored.
        </Note>
      ) : null}
    </>
  );
}
