import { useEffect, useState } from 'react';
import { formatDuration } from '../components/format.ts';
import { Note } from '../components/note.tsx';
import { useConsole } from '../data/console-context.tsx';
import { useStore } from '../data/store.ts';
import styles from './link-banner.module.css';

/** Shorter gaps are nobody's concern. */
const QUIET_MS = 1500;
const REGAINED_SHOWN_MS = 4000;

/** Says that the page is no longer live and since when, and that it is live again. */
export function LinkBanner() {
  const { live } = useConsole();
  const link = useStore(live.link);
  const [isLostShown, setLostShown] = useState(false);
  const [isRegainedShown, setRegainedShown] = useState(false);

  useEffect(() => {
    if (link.kind === 'lost') {
      const timer = setTimeout(() => setLostShown(true), QUIET_MS);
      return () => clearTimeout(timer);
    }
    if (link.kind === 'live' && isLostShown) {
      setLostShown(false);
      setRegainedShown(true);
    }
    return undefined;
  }, [link, isLostShown]);
  useEffect(() => {
    if (!isRegainedShown) return undefined;
    const timer = setTimeout(() => setRegainedShown(false), REGAINED_SHOWN_MS);
    return () => clearTimeout(timer);
  }, [isRegainedShown]);

  return (
    <div role="status" className={styles.place}>
      {isLostShown && link.kind === 'lost' ? (
        <Note tone="look">
          <strong>The server cannot be reached</strong> (for <LostFor since={link.since} />
          ). What you see may be out of date. The console reconnects by itself; agents keep working meanwhile.
        </Note>
      ) : isRegainedShown ? (
        <Note tone="well">The server is back; everything here is up to date.</Note>
      ) : null}
    </div>
  );
}

function LostFor(props: { readonly since: number }) {
  const { clock } = useConsole();
  const now = useStore(clock.now);
  // Both times are this machine's own.
  return <span aria-hidden>{formatDuration(Math.max(0, now - clock.skewMs.get() - props.since))}</span>;
}
