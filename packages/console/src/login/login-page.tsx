import { Button, PasswordInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { useCallback, useEffect, useRef, useState } from 'react';
import { FailureNote } from '../components/failure-note.tsx';
import { useConsole } from '../data/console-context.tsx';
import { BrandMark } from '../shell/brand-mark.tsx';
import { useTitle } from '../shell/use-title.ts';
import styles from './login-page.module.css';
import { safeNext } from './next-page.ts';

const route = getRouteApi('/login');

export function LoginPage() {
  useTitle('Log in');
  const { api, rootPath } = useConsole();
  const { token, next } = route.useSearch();
  const router = useRouter();
  const queryClient = useQueryClient();
  const [typed, setTyped] = useState('');

  const login = useMutation({
    mutationFn: (secret: string) => api.login(secret.trim()),
    onSuccess: (session) => {
      queryClient.clear();
      queryClient.setQueryData(['session'], session);
      router.history.replace(safeNext(next, rootPath, window.location.origin));
    },
  });

  // The link's token works once: it is tried once, and leaves the address bar with the page.
  const { mutate } = login;
  const triedToken = useRef<string>(undefined);
  const tryToken = useCallback(
    (secret: string) => {
      if (triedToken.current === secret) return;
      triedToken.current = secret;
      mutate(secret);
    },
    [mutate],
  );
  useEffect(() => {
    if (token !== undefined) tryToken(token);
  }, [token, tryToken]);

  const isLinkAtWork = token !== undefined && login.isPending && typed === '';
  return (
    <main className={styles.page}>
      <div className={styles.card}>
        <BrandMark size={40} />
        <h1>Log in to Drover</h1>
        {isLinkAtWork ? (
          <p className={styles.text} role="status">
            Logging in with the link…
          </p>
        ) : (
          <>
            <p className={styles.text}>
              Open the link that the server printed at startup, or paste the admin token. You find it on the
              server’s machine, in the file <code>admin-token</code> in its data folder.
            </p>
            <form
              className={styles.form}
              onSubmit={(event) => {
                event.preventDefault();
                login.mutate(typed);
              }}
            >
              <PasswordInput
                label="Admin token"
                name="token"
                autoComplete="current-password"
                autoFocus
                value={typed}
                onChange={(event) => setTyped(event.currentTarget.value)}
                visibilityToggleButtonProps={{ 'aria-label': 'Show token' }}
              />
              <Button
                type="submit"
                variant="filled"
                loading={login.isPending}
                disabled={typed.trim() === ''}
                fullWidth
              >
                Log in
              </Button>
            </form>
            {login.isError ? <FailureNote error={login.error} /> : null}
            {login.isError && token !== undefined && typed === '' ? (
              <p className={styles.text}>
                A login link works only once and expires soon. The admin token always works; the server prints
                a new link each time it starts.
              </p>
            ) : null}
          </>
        )}
      </div>
    </main>
  );
}
