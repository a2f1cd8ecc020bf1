import type { ErrorComponentProps } from '@tanstack/react-router';
import { ErrorState } from '../components/error-state.tsx';

/** A page that broke or whose code did not load; the rest of the console stays usable. */
export function PageFailure({ error, reset }: ErrorComponentProps) {
  return <ErrorState error={error} what="This page could not be shown" onRetry={reset} />;
}
