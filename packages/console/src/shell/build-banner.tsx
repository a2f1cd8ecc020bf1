import { Button } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Note } from '../components/note.tsx';
import { useApi } from '../data/console-context.tsx';
import { pageBuild } from '../data/page-build.ts';
import { queries } from '../data/queries.ts';
import styles from './link-banner.module.css';

/** After a restart of the server it is asked at once. */
const ASK_MS = 5 * 60_000;

/** Says that the server serves a newer console than this page; one reloads when one likes. */
export function BuildBanner() {
  const self = useQuery({ ...queries.self(useApi()), refetchInterval: ASK_MS });
  const [own] = useState(pageBuild);
  const [later, setLater] = useState<string>();
  const served = self.data?.consoleBuild ?? undefined;
  const isNewer = own !== undefined && served !== undefined && served !== own && served !== later;
  return (
    <div role="status" className={styles.place}>
      {isNewer ? (
        <Note
          tone="progress"
          actions={
            <>
              <Button leftSection={<IconRefresh size={15} />} onClick={() => window.location.reload()}>
                Reload
              </Button>
              <Button variant="subtle" onClick={() => setLater(served)}>
                Later
              </Button>
            </>
          }
        >
          <strong>A newer version of the console is available.</strong> This page keeps working; reload it
          when it suits you.
        </Note>
      ) : null}
    </div>
  );
}
