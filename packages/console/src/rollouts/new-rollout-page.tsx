import type { RolloutCreate } from '@drover/api';
import { Button } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useMemo, useRef, useState } from 'react';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { FailureNote } from '../components/failure-note.tsx';
import { LinkButton } from '../components/link-button.tsx';
import { PageHeader } from '../components/page-header.tsx';
import { SkeletonRows } from '../components/skeleton.tsx';
import { useConsole } from '../data/console-context.tsx';
import { queries } from '../data/queries.ts';
import type { NewRolloutSearch } from '../page-search.ts';
import { useTitle } from '../shell/use-title.ts';
import { HowStep } from './how-step.tsx';
import { createIdempotencyKey } from './idempotency-key.ts';
import { Previewed } from './previewed.tsx';
import styles from './rollouts.module.css';
import { type Layer, readStack, stackAddress, targetOf } from './stack-text.ts';
import { FIRST_FORM, readStrategy } from './strategy-form.ts';
import { WhatStep } from './what-step.tsx';
import { WhomStep } from './whom-step.tsx';

const route = getRouteApi('/inside/rollouts/new');

const ADDRESS_PAUSE_MS = 400;

function layersOf(
  { stack, config, revision }: NewRolloutSearch,
  first: string | undefined,
): readonly Layer[] {
  if (stack !== undefined) return readStack(stack);
  return [{ name: config ?? first ?? '', revision }];
}

function stackSearch(layers: readonly Layer[]): Partial<NewRolloutSearch> {
  const [only] = layers;
  return layers.length > 1
    ? { stack: stackAddress(layers), config: undefined, revision: undefined }
    : { stack: undefined, config: only?.name, revision: only?.revision };
}

/** What to whom, then who would change, then the start. Choices stand in the address. */
export function NewRolloutPage() {
  useTitle('New rollout');
  const { api, queryClient } = useConsole();
  const search = route.useSearch();
  const change = route.useNavigate();
  const navigate = useNavigate();
  const [form, setForm] = useState(FIRST_FORM);
  const [message, setMessage] = useState('');
  const [isAsked, setAsked] = useState(false);
  const configs = useQuery(queries.configs(api));
  const items = configs.data?.items;
  const layers = layersOf(search, items?.[0]?.name);
  const newest = useMemo(() => new Map(items?.map((item) => [item.name, item.revision.number])), [items]);
  // What a preview is made of is what stands in the field, not what has reached the address by now.
  const [selectorText, setSelectorText] = useState(search.selector ?? '');
  const selector = selectorText.trim();
  const addressSelector = search.selector ?? '';
  useEffect(() => {
    // An address that is right already is left alone: a change of it would undo a way to another page.
    if (selector === addressSelector) return;
    const timer = setTimeout(
      () =>
        void change({
          search: (known) => ({ ...known, selector: selector === '' ? undefined : selector }),
          replace: true,
          resetScroll: false,
        }),
      ADDRESS_PAUSE_MS,
    );
    return () => clearTimeout(timer);
  }, [selector, addressSelector, change]);
  const how = readStrategy(form);

  // The revisions that were previewed are those that are rolled out, also if others are saved meanwhile.
  const pinned = targetOf(layers, newest);
  const replaces = layers.length > 1 ? undefined : search.replaces;
  const target = pinned === undefined || replaces === undefined ? pinned : { ...pinned, replaces };
  const body: RolloutCreate | undefined =
    target === undefined || how.kind === 'wrong' ? undefined : { target, selector, strategy: how.strategy };
  const bodyText = JSON.stringify(body);

  const preview = useMutation({ mutationFn: (wanted: RolloutCreate) => api.previewRollout(wanted) });
  const { reset: resetPreview } = preview;
  // A preview is of one choice: another choice needs another.
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs exactly when the choice changes
  useEffect(() => resetPreview(), [bodyText]);

  // A link may ask for the preview at once: of what it names, and never again.
  const isLookedAt = useRef(search.preview === undefined);
  const { mutate: look } = preview;
  useEffect(() => {
    if (isLookedAt.current || bodyText === undefined) return;
    isLookedAt.current = true;
    look(JSON.parse(bodyText) as RolloutCreate);
  }, [bodyText, look]);

  const key = useRef<string>(undefined);
  const start = useMutation({
    mutationFn: (wanted: RolloutCreate) => {
      key.current ??= createIdempotencyKey();
      const why = message.trim();
      return api.createRollout(why === '' ? wanted : { ...wanted, message: why }, key.current);
    },
    onSuccess: (rollout) => {
      void queryClient.invalidateQueries({ queryKey: ['rollouts'] });
      void queryClient.invalidateQueries({ queryKey: ['configs'] });
      return navigate({ to: '/rollouts/$id', params: { id: rollout.id } });
    },
  });

  if (configs.data === undefined) {
    return configs.isError ? (
      <ErrorState
        error={configs.error}
        what="The configurations could not be loaded"
        onRetry={() => void configs.refetch()}
      />
    ) : (
      <SkeletonRows rows={4} />
    );
  }
  if (configs.data.items.length === 0) {
    return (
      <EmptyState
        isPage
        title="Nothing to roll out yet"
        action={
          <LinkButton to="/new-configuration" variant="filled">
            Create a configuration
          </LinkButton>
        }
      >
        A rollout gives a configuration to agents. Create one first.
      </EmptyState>
    );
  }
  return (
    <>
      <PageHeader above={<Link to="/rollouts">Rollouts</Link>} title="New rollout" />
      <div className={styles.wizard}>
        <WhatStep
          configs={configs.data.items}
          layers={layers}
          replaces={replaces}
          onReplaces={(next) =>
            void change({
              search: (known) => ({ ...known, replaces: next }),
              replace: true,
              resetScroll: false,
            })
          }
          onChange={(next) =>
            void change({
              search: (known) => ({ ...known, ...stackSearch(next) }),
              replace: true,
              resetScroll: false,
            })
          }
        />
        <WhomStep selector={selectorText} onChange={setSelectorText} />
        <HowStep form={form} read={how} selector={selector} onChange={setForm} />
        <section className={styles.step} aria-labelledby="step-preview">
          <h2 id="step-preview" className={styles.stepTitle}>
            Preview
          </h2>
          <div className={styles.stepBody}>
            {preview.data === undefined ? (
              <>
                <p className={styles.muted}>
                  Shows which agents would change, which would be skipped and why. Nothing is changed yet.
                </p>
                {preview.isError ? <FailureNote error={preview.error} /> : null}
                <Button
                  variant="filled"
                  data-size="lg"
                  className={styles.go}
                  disabled={body === undefined}
                  loading={preview.isPending}
                  onClick={() => {
                    if (body !== undefined) {
                      key.current = undefined;
                      setAsked(true);
                      preview.mutate(body);
                    }
                  }}
                >
                  Preview
                </Button>
              </>
            ) : (
              <Previewed
                preview={preview.data}
                isAsked={isAsked}
                isTriedFirst={form.kind === 'first'}
                message={message}
                onMessage={setMessage}
                isStarting={start.isPending}
                error={start.error}
                onStart={() => (body === undefined ? undefined : start.mutate(body))}
                onBack={() => preview.reset()}
              />
            )}
          </div>
        </section>
      </div>
    </>
  );
}
