import type { ErrorComponentProps } from '@tanstack/react-router';
import { useEffect } from 'react';
import { ErrorState } from '../components/error-state.tsx';
import { CodeFault } from '../data/page-code.ts';

const RETRY_MS = 2000;
/** Whoever is given no code by a server that answers does not ask again and again. */
const AGAIN_MS = 600_000;
const RELOADED_AT = 'drover.page-reloaded-at';

/** A page that broke or whose code did not load; the rest of the console stays usable. */
export function PageFailure({ error, reset }: ErrorComponentProps) {
  return error instanceof CodeFault ? (
    <CodeMissing error={error} />
  ) : (
    <ErrorState isPage error={error} what="This page could not be shown" onRetry={reset} />
  );
}

/** Goes on by itself once the server answers. */
function CodeMissing({ error }: { readonly error: CodeFault }) {
  useEffect(() => {
    let wasAway = false;
    const timer = setInterval(async () => {
      const isThere = await isServed();
      if (isThere && (wasAway || !hasReloaded())) reload();
      wasAway ||= !isThere;
    }, RETRY_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <ErrorState
      isPage
      error={error}
      what="This page could not be loaded"
      onRetry={async () => {
        if (await isServed()) reload();
      }}
    />
  );
}

async function isServed(): Promise<boolean> {
  const { ok } = await fetch(document.baseURI, { cache: 'no-store' }).catch(() => ({ ok: false }));
  return ok;
}

function hasReloaded(): boolean {
  return Date.now() - Number(sessionStorage.getItem(RELOADED_AT) ?? 0) < AGAIN_MS;
}

function reload(): void {
  sessionStorage.setItem(RELOADED_AT, String(Date.now()));
  window.location.reload();
}
