import { failureOf } from '../data/failure-text.ts';
import { Note } from './note.tsx';

/** An act that failed, told where it was tried. */
export function FailureNote(props: { readonly error: unknown }) {
  const failure = failureOf(props.error);
  return (
    <Note tone="broken" isAlert>
      <strong>{failure.title}.</strong> {failure.detail === failure.title ? null : failure.detail}
    </Note>
  );
}
