import { useRouter } from '@tanstack/react-router';
import { useEffect } from 'react';

const AFTER_MS = 1500;

/** Loads the code of the agent's page once the fleet is there, so that a row opens at once. */
export function useAgentPage(uid: string | undefined): void {
  const router = useRouter();
  const isThere = uid !== undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: whichever agent it is, the page is the same
  useEffect(() => {
    if (uid === undefined) return;
    const timer = setTimeout(
      () => void router.preloadRoute({ to: '/agents/$uid', params: { uid } }).catch(() => undefined),
      AFTER_MS,
    );
    return () => clearTimeout(timer);
  }, [router, isThere]);
}
