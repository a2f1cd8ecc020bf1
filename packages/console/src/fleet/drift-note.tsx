import { countOf } from '../components/format.ts';
import { LinkButton } from '../components/link-button.tsx';
import { Note } from '../components/note.tsx';

/** Who looks at agents that drift wants to know in what. */
export function DriftNote(props: { readonly drifted: number; readonly selector: string | undefined }) {
  if (props.drifted === 0) return null;
  return (
    <Note
      tone="broken"
      actions={
        <LinkButton to="/drift" search={{ selector: props.selector }} size="compact-sm">
          {' '}
          Show differences{' '}
        </LinkButton>
      }
    >
      {countOf(props.drifted, 'agent')} {props.drifted === 1 ? 'has' : 'have'} drifted from the intended
      configuration.
    </Note>
  );
}
