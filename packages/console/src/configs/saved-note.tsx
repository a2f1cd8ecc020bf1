import { useEffect, useRef } from 'react';
import { LinkButton } from '../components/link-button.tsx';
import { Note } from '../components/note.tsx';

interface SavedNoteProps {
  readonly name: string;
  /** Of the revision that was saved here just now. */
  readonly number: number;
}

/** Saving changes no agent: what was saved, and the way on to those that are to have it. */
export function SavedNote({ name, number }: SavedNoteProps) {
  const link = useRef<HTMLAnchorElement>(null);
  // The button that saved has nothing more to save and lets go of the focus; who saved by key goes on typing.
  useEffect(() => {
    const focused = document.activeElement;
    if (focused === null || focused === document.body) link.current?.focus();
  }, []);
  return (
    <div role="status">
      <Note
        tone="well"
        actions={
          <LinkButton ref={link} to="/rollouts/new" search={{ config: name }} variant="filled">
            Roll out r{number}…
          </LinkButton>
        }
      >
        <strong>r{number} is saved.</strong> No agent gets it before it is rolled out.
      </Note>
    </div>
  );
}
