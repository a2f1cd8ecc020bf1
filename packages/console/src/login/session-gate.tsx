import { useQuery } from '@tanstack/react-query';
import { Navigate } from '@tanstack/react-router';
import { useApi } from '../data/console-context.tsx';
import { queries } from '../data/queries.ts';
import { Shell } from '../shell/shell.tsx';
import { Unreachable } from '../shell/unreachable.tsx';

/** Pages are for those who are signed in; others are led to the login and from there back to where they wanted to go. */
export function SessionGate() {
  const session = useQuery(queries.session(useApi()));
  if (session.data === null) {
    return (
      <Navigate to="/login" search={{ next: window.location.pathname + window.location.search }} replace />
    );
  }
  if (session.data !== undefined) return <Shell user={session.data.user} />;
  if (session.isError) return <Unreachable error={session.error} onRetry={() => void session.refetch()} />;
  return null;
}
