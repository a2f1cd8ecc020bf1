import { useQuery } from '@tanstack/react-query';
import { useDeferredValue, useMemo } from 'react';
import { formatCount } from '../components/format.ts';
import { LinkButton } from '../components/link-button.tsx';
import { Note } from '../components/note.tsx';
import { useApi } from '../data/console-context.tsx';
import { secretsQuery } from '../data/secret-queries.ts';
import { missingSecrets } from './named-secrets.ts';

const SHOWN = 5;

/** A configuration that names a secret which is not there: no agent can be given it before it is set. */
export function MissingSecretsNote({ body }: { readonly body: string }) {
  const secrets = useQuery(secretsQuery(useApi())).data;
  const text = useDeferredValue(body);
  const missing = useMemo(
    () => (secrets === undefined ? [] : missingSecrets(text, secrets)),
    [text, secrets],
  );
  if (missing.length === 0) return null;
  const rest = missing.length - SHOWN;
  return (
    <Note
      tone="look"
      actions={
        <LinkButton to="/configs" search={{ tab: 'secrets' }}>
          Go to secrets
        </LinkButton>
      }
    >
      Missing {missing.length === 1 ? 'secret' : 'secrets'}{' '}
      <strong>{missing.slice(0, SHOWN).join(', ')}</strong>
      {rest > 0 ? ` and ${formatCount(rest)} more` : ''}: no agent can get this configuration until{' '}
      {missing.length === 1 ? 'it is' : 'they are'} set.
    </Note>
  );
}
