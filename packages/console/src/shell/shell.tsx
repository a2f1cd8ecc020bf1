import { Outlet } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useEffect, useRef, useState } from 'react';
import { useConsole } from '../data/console-context.tsx';
import { partCode } from '../data/page-code.ts';
import { BuildBanner } from './build-banner.tsx';
import { LinkBanner } from './link-banner.tsx';
import { Navigation } from './navigation.tsx';
import { RolloutEndings } from './rollout-endings.tsx';
import styles from './shell.module.css';
import type { ShellOverlay } from './shell-overlay.ts';
import { useArrivalFocus } from './use-arrival-focus.ts';
import { useKeptFocus } from './use-kept-focus.ts';
import { useShellKeys } from './use-shell-keys.ts';

const loadOverlays = () => import('./overlays.tsx');
const OVERLAYS_AFTER_MS = 1500;
const Overlays = lazy(partCode(async () => ({ default: (await loadOverlays()).Overlays })));

export function Shell(props: { readonly user: string }) {
  const { live } = useConsole();
  const mainRef = useRef<HTMLElement>(null);
  const [overlay, setOverlay] = useState<ShellOverlay>('none');
  const [isNeeded, setNeeded] = useState(false);
  const open = useCallback((next: ShellOverlay) => {
    setOverlay(next);
    if (next !== 'none') setNeeded(true);
  }, []);
  useEffect(() => {
    live.start();
    return () => live.stop();
  }, [live]);
  useEffect(() => {
    // Not needed for the first page, and there before anybody's fingers are.
    const timer = setTimeout(() => void loadOverlays().catch(() => undefined), OVERLAYS_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  useShellKeys(open);
  useArrivalFocus(mainRef);
  useKeptFocus(mainRef);
  return (
    <div className={styles.shell}>
      <button type="button" className={styles.skip} onClick={() => mainRef.current?.focus()}>
        Skip to content
      </button>
      <Navigation user={props.user} onOpen={open} />
      <main id="main" tabIndex={-1} ref={mainRef} className={styles.main}>
        <LinkBanner />
        <BuildBanner />
        <Outlet />
      </main>
      <RolloutEndings />
      <section id="menus" aria-label="Open menu" className={styles.menus} />
      {isNeeded ? (
        <Suspense>
          <Overlays overlay={overlay} onOpen={open} />
        </Suspense>
      ) : null}
    </div>
  );
}
