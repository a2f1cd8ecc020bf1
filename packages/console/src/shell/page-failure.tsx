import type { ErrorComponentProps } from '@tanstack/react-router';
import { useEffect } from 'react';
import { ErrorState } from '../components/error-state.tsx';
import { CodeFault } from '../data/page-code.ts';

const RETRY_MS = 2000;
/** Whoever was given no code by a server that answers does not ask again and again. */
const SOON_MS = 15_000;
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
    const timer = setInterval(() => void reloadIfServed(), RETRY_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <ErrorState
      isPage
      error={error}
      what="This page could not be loaded"
      onRetry={() => void reloadIfServed({ isAsked: true })}
    />
  );
}

async function reloadIfServed({ isAsked = false } = {}): Promise<void> {
  const before = Number(sessionStorage.getItem(RELOADED_AT) ?? 0);
  if (!isAsked && Date.now() - before < SOON_MS) return;
  const { ok } = await fetch(document.baseURI, { cache: 'no-store' }).catch(() => ({ ok: false }));
  if (!ok) return;
  sessionStorage.setItem(RELOADED_AT, String(Date.now()));
  window.location.reload();
}
