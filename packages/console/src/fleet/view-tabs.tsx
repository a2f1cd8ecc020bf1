import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useState } from 'react';
import line from '../components/scroll-line.module.css';
import { useScrollHint } from '../components/use-scroll-hint.ts';
import { useApi } from '../data/console-context.tsx';
import { partCode } from '../data/page-code.ts';
import type { FleetSearchParams } from '../page-search.ts';
import { EVERYTHING, isShown, searchOfView, shownView } from './saved-view.ts';
import styles from './view-tabs.module.css';

const SaveView = lazy(
  partCode(() => import('./save-view.tsx').then((module) => ({ default: module.SaveView }))),
);
const DeleteView = lazy(
  partCode(() => import('./delete-view.tsx').then((module) => ({ default: module.DeleteView }))),
);

/** As many as there can be. */
const VIEWS_MAX = 100;

/** What operators saved of this page, shared by all of them; the first is the whole fleet. */
export function ViewTabs({ search }: { readonly search: FleetSearchParams }) {
  const api = useApi();
  const [asked, setAsked] = useState<'save' | 'delete'>();
  const [last, setLast] = useState<string>();
  const found = useQuery({
    queryKey: ['views'],
    queryFn: ({ signal }) => api.listViews({ limit: VIEWS_MAX }, signal),
  });
  const views = found.data?.items ?? [];
  const shown = shownView(views, search);
  const isEverything = isShown(EVERYTHING, search);
  const name = shown?.name;
  const { ref, more } = useScrollHint<HTMLElement>(name ?? '');
  // Whoever changes something in a view and saves it most often means this view.
  useEffect(() => {
    if (name !== undefined) setLast(name);
  }, [name]);
  return (
    <div className={styles.bar}>
      <nav aria-label="Views" className={`${line.line} ${styles.tabs}`} ref={ref} data-more={more}>
        <Link
          to="/agents"
          search={{}}
          className={styles.tab}
          data-shown={isEverything && shown === undefined}
          aria-current={isEverything && shown === undefined ? 'true' : undefined}
        >
          All
        </Link>
        {views.map((view) => (
          <Link
            key={view.name}
            to="/agents"
            search={searchOfView(view)}
            className={styles.tab}
            data-shown={view === shown}
            aria-current={view === shown ? 'true' : undefined}
            title={`Saved by ${view.author}`}
          >
            <bdi>{view.name}</bdi>
          </Link>
        ))}
      </nav>
      {shown !== undefined ? (
        <Button variant="subtle" className={styles.act} onClick={() => setAsked('delete')}>
          Delete view
        </Button>
      ) : (
        <Button
          variant="subtle"
          className={styles.act}
          disabled={isEverything && search.cols === undefined}
          onClick={() => setAsked('save')}
        >
          Save view
        </Button>
      )}
      <Suspense>
        {asked === 'save' ? (
          <SaveView
            search={search}
            views={views}
            suggested={views.some((view) => view.name === last) ? last : undefined}
            onClose={() => setAsked(undefined)}
          />
        ) : null}
        {asked === 'delete' && shown !== undefined ? (
          <DeleteView view={shown} onClose={() => setAsked(undefined)} />
        ) : null}
      </Suspense>
    </div>
  );
}
