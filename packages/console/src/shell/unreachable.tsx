import { useEffect } from 'react';
import { ErrorState } from '../components/error-state.tsx';

const RETRY_MS = 2500;

/** The server does not answer at all; tries again by itself. */
export function Unreachable(props: { readonly error: unknown; readonly onRetry: () => void }) {
  const { onRetry } = props;
  useEffect(() => {
    const timer = setInterval(onRetry, RETRY_MS);
    return () => clearInterval(timer);
  }, [onRetry]);
  return (
    <main>
      <ErrorState isPage error={props.error} what="Drover is not responding" onRetry={onRetry} />
    </main>
  );
}
