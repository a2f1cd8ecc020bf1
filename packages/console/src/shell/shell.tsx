import { Outlet } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useConsole } from '../data/console-context.tsx';
import { KeysHelp } from './keys-help.tsx';
import { LinkBanner } from './link-banner.tsx';
import { Navigation } from './navigation.tsx';
import { PaletteHost } from './palette-host.tsx';
import styles from './shell.module.css';
import type { ShellOverlay } from './shell-overlay.ts';
import { useShellKeys } from './use-shell-keys.ts';

export function Shell(props: { readonly user: string }) {
  const { live } = useConsole();
  const [overlay, setOverlay] = useState<ShellOverlay>('none');
  useEffect(() => {
    live.start();
    return () => live.stop();
  }, [live]);
  useShellKeys(setOverlay);
  return (
    <div className={styles.shell}>
      <button type="button" className={styles.skip} onClick={focusMain}>
        Skip to content
      </button>
      <Navigation user={props.user} onOpen={setOverlay} />
      <main id="main" tabIndex={-1} className={styles.main}>
        <LinkBanner />
        <Outlet />
      </main>
      <KeysHelp isOpen={overlay === 'keys'} onClose={() => setOverlay('none')} />
      <PaletteHost isOpen={overlay === 'palette'} onClose={() => setOverlay('none')} />
    </div>
  );
}

function focusMain(): void {
  document.getElementById('main')?.focus();
}
