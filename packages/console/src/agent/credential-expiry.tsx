import { useQuery } from '@tanstack/react-query';
import { Time } from '../components/time.tsx';
import { credentialKindOfOwnWords } from '../connections/enrolment-words.ts';
import { useApi } from '../data/console-context.tsx';
import { queries } from '../data/queries.ts';
import styles from './agent.module.css';

/** When the credential or certificate that Drover gave the agent ends; those of others are not known here. */
export function CredentialExpiry({ uid }: { readonly uid: string }) {
  const { data, isError } = useQuery(queries.agentCredentials(useApi(), uid));
  if (isError) return 'Could not be loaded';
  if (data === undefined) return <span className={styles.muted}>…</span>;
  const own = data.items.find(({ state }) => state === 'active') ?? data.items[0];
  if (own === undefined) return <span className={styles.muted}>None from Drover</span>;
  return (
    <>
      {credentialKindOfOwnWords[own.kind]}: {own.expiresAt === null ? 'never' : <Time at={own.expiresAt} />}
    </>
  );
}
