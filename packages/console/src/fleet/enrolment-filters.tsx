import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { countOf } from '../components/format.ts';
import { LinkButton } from '../components/link-button.tsx';
import { Note } from '../components/note.tsx';
import { credentialKindWords, enrolmentWords } from '../components/tone.ts';
import type { AgentFilterText } from '../data/agent-filter.ts';
import { useApi } from '../data/console-context.tsx';
import { queries } from '../data/queries.ts';
import styles from './fleet.module.css';

interface EnrolmentFiltersProps {
  readonly filter: AgentFilterText;
  readonly onChange: (change: Partial<AgentFilterText>) => void;
}

/** The filters that links from elsewhere bring along; a press lets go. */
export function EnrolmentFilters({ filter, onChange }: EnrolmentFiltersProps) {
  const { enrolment, credential, enrolmentToken } = filter;
  return (
    <>
      {enrolment === undefined || enrolment.length === 0 ? null : (
        <Button data-chosen className={styles.facetButton} onClick={() => onChange({ enrolment: undefined })}>
          Enrolment: {enrolment.map((each) => enrolmentWords[each].word.toLowerCase()).join(' or ')} ×
        </Button>
      )}
      {credential === undefined || credential.length === 0 ? null : (
        <Button
          data-chosen
          className={styles.facetButton}
          onClick={() => onChange({ credential: undefined })}
        >
          Credential: {credential.map((each) => credentialKindWords[each].word.toLowerCase()).join(' or ')} ×
        </Button>
      )}
      {enrolmentToken === undefined ? null : (
        <TokenFilter id={enrolmentToken} onRelease={() => onChange({ enrolmentToken: undefined })} />
      )}
    </>
  );
}

function TokenFilter({ id, onRelease }: { readonly id: string; readonly onRelease: () => void }) {
  const tokens = useInfiniteQuery(queries.tokens(useApi()));
  const token = tokens.data?.pages.flatMap(({ items }) => items).find((each) => each.id === id);
  return (
    <Button data-chosen className={styles.facetButton} onClick={onRelease}>
      Enrolment token: {token?.name ?? id} ×
    </Button>
  );
}

/** Somebody waits: whoever looks at the fleet should know. */
export function WaitingNote({ waiting }: { readonly waiting: number }) {
  if (waiting === 0) return null;
  return (
    <Note
      tone="look"
      actions={
        <LinkButton to="/connections" search={{ tab: 'waiting' }} size="compact-sm">
          Review
        </LinkButton>
      }
    >
      {countOf(waiting, 'agent')} waiting for approval; {waiting === 1 ? 'it gets' : 'they get'} nothing until
      then.
    </Note>
  );
}
