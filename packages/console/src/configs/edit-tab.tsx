import type { ConfigDetail, ConfigDraft } from '@drover/api';
import { Button, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { FailureNote } from '../components/failure-note.tsx';
import layout from '../components/layout.module.css';
import { SkeletonRows } from '../components/skeleton.tsx';
import { useApi } from '../data/console-context.tsx';
import { draftQueries } from '../data/draft-queries.ts';
import { MissingSecretsNote } from '../secrets/missing-secrets-note.tsx';
import { readSide, sideWord } from '../text/compare-side.ts';
import { ConfigEditor } from './config-editor.tsx';
import { DiscardDraft } from './discard-draft.tsx';
import { ArrivalNote, DraftNote, DraftOvertakenNote, OvertakenNote } from './edit-notes.tsx';
import { editStateOf } from './edit-state.ts';
import { LeaveGuard } from './leave-guard.tsx';
import { LocalNotes } from './local-notes.tsx';
import { MergeWith } from './merge-with.tsx';
import { SavedNote } from './saved-note.tsx';
import { useArrival } from './use-arrival.ts';
import { useConfigActs } from './use-config-acts.ts';
import { useDraft } from './use-draft.ts';

const route = getRouteApi('/inside/configs/$name');

/** The newest revision, the draft that operators share, or what somebody typed here and did not save. */
export function EditTab({ config }: { readonly config: ConfigDetail }) {
  const query = useQuery(draftQueries.one(useApi(), config.name));
  if (query.isPending) return <SkeletonRows rows={10} height={18} />;
  return (
    <>
      {query.isError ? <FailureNote error={query.error} /> : null}
      <Editing config={config} draft={query.data ?? null} />
    </>
  );
}

function Editing({ config, draft }: { readonly config: ConfigDetail; readonly draft: ConfigDraft | null }) {
  const local = useDraft(config.name);
  const [message, setMessage] = useState(local.draft?.message ?? '');
  const [isDiscarding, setDiscarding] = useState(false);
  const [savedHash, setSavedHash] = useState<string>();
  const [merging, setMerging] = useState<'draft' | 'revision'>();
  const { compare } = route.useSearch();
  const navigate = route.useNavigate();
  const newest = config.revision;
  const state = editStateOf(config, draft, local.draft);
  const { body, isTyped, isChanged, isOvertaken, isDraftOvertaken } = state;
  const arrival = useArrival(config, local.draft !== undefined || draft !== null);
  const acts = useConfigActs({
    config,
    draft,
    state,
    message,
    onSaved: (kind, saved, hash) => {
      if (kind === 'revision') arrival.saved(hash);
      local.saved(
        saved,
        kind === 'draft'
          ? { baseHash: state.baseHash, draftHash: hash }
          : { baseHash: hash, draftHash: undefined },
      );
      setMerging(undefined);
      if (kind !== 'revision') return;
      setMessage('');
      setSavedHash(hash);
    },
    onConflict: setMerging,
  });
  // A draft names the revision by number, what was typed here by hash.
  const baseNumber = state.baseHash === '' ? (draft?.baseRevision ?? undefined) : undefined;
  const isBusy = acts.saveDraft.isPending || acts.publish.isPending;
  const canPublish = isChanged && !isOvertaken && !isDraftOvertaken && !isBusy;
  const keep = (part: {
    body?: string;
    baseHash?: string;
    draftHash?: string | undefined;
    message?: string;
  }) =>
    local.change({
      body,
      baseHash: state.baseHash,
      draftHash: local.draft === undefined ? draft?.hash : local.draft.draftHash,
      message,
      ...part,
    });
  const settle = (choose: () => void) => () => {
    choose();
    setMerging(undefined);
    acts.reset();
  };
  const takeMerged = (part: Parameters<typeof keep>[0]) => settle(() => keep(part))();
  return (
    <div className={layout.column}>
      <LeaveGuard
        name={config.name}
        isUnsaved={isTyped && !isBusy}
        isKept={local.isKept}
        onDiscard={local.drop}
      />
      <LocalNotes
        local={local}
        saved={
          draft === null
            ? { body: config.body, label: `r${newest.number}` }
            : { body: draft.body, label: 'Saved draft' }
        }
        onBringBack={() => {
          setMessage(local.dropped?.message ?? message);
          local.bringBack();
        }}
      />
      {isDraftOvertaken && draft !== null ? (
        <DraftOvertakenNote
          draft={draft}
          body={body}
          onMerge={() => setMerging('draft')}
          onKeep={settle(() => keep({ draftHash: draft.hash }))}
          onTake={settle(local.discard)}
        />
      ) : draft === null ? null : (
        <DraftNote config={config} draft={draft} onDiscard={() => setDiscarding(true)} />
      )}
      {arrival.before === undefined || isOvertaken ? null : (
        <ArrivalNote config={config} before={arrival.before} onClose={arrival.dismiss} />
      )}
      {isOvertaken ? (
        <OvertakenNote
          config={config}
          body={body}
          onMerge={() => setMerging('revision')}
          onKeep={settle(() => keep({ baseHash: newest.hash }))}
          onTake={draft === null ? settle(local.discard) : () => setDiscarding(true)}
        />
      ) : null}
      {merging === 'draft' && isDraftOvertaken && draft !== null ? (
        <MergeWith
          config={config}
          base={{ number: draft.baseRevision ?? undefined }}
          mine={body}
          theirs={{ body: draft.body, label: `the draft by ${draft.author}` }}
          onUse={(merged) => takeMerged({ body: merged, draftHash: draft.hash })}
          onClose={() => setMerging(undefined)}
        />
      ) : null}
      {merging === 'revision' && isOvertaken ? (
        <MergeWith
          config={config}
          base={{ hash: state.baseHash, number: baseNumber }}
          mine={body}
          theirs={{ body: config.body, label: `r${newest.number}` }}
          onUse={(merged) => takeMerged({ body: merged, baseHash: newest.hash })}
          onClose={() => setMerging(undefined)}
        />
      ) : null}
      {savedHash === newest.hash && !isChanged ? (
        <SavedNote key={savedHash} name={config.name} number={newest.number} />
      ) : null}
      {acts.error === undefined ? null : <FailureNote error={acts.error} />}
      {isChanged ? (
        <TextInput
          label="What changed and why"
          description="Shown with the revision in the history"
          placeholder="gateway moved"
          maxLength={2000}
          value={message}
          onChange={(event) => {
            setMessage(event.currentTarget.value);
            if (isTyped) keep({ message: event.currentTarget.value });
          }}
        />
      ) : null}
      <MissingSecretsNote body={body} />
      <ConfigEditor
        body={body}
        format={config.revision.format}
        contentType={newest.contentType}
        name={config.name}
        onChange={(next) => {
          // Typed back to what is saved: there is nothing to keep, and what was discarded can still be had back.
          if (next === (draft?.body ?? config.body) && !isOvertaken) {
            if (local.draft !== undefined) local.drop();
          } else if (next !== body) keep({ body: next });
        }}
        onSave={() => (canPublish ? acts.publish.mutate() : undefined)}
        side={readSide(compare)}
        firstSide={{ kind: 'revision', number: newest.number }}
        onSide={(side) =>
          void navigate({
            search: { compare: side === undefined ? undefined : sideWord(side) },
            replace: true,
            resetScroll: false,
          })
        }
        status={
          <span className={layout.muted}>
            {isTyped
              ? local.isKept
                ? 'Unsaved changes'
                : 'Unsaved changes; this browser cannot keep them'
              : draft === null
                ? `r${newest.number}, saved`
                : 'Draft, saved'}
          </span>
        }
        actions={
          <>
            {/* Also there while there is nothing to save: nothing beside them moves with the first key. */}
            <Button variant="subtle" disabled={!isTyped} onClick={settle(local.discard)}>
              Discard
            </Button>
            <Button
              disabled={!isTyped || isDraftOvertaken || isBusy}
              loading={acts.saveDraft.isPending}
              onClick={() => acts.saveDraft.mutate()}
            >
              Save draft
            </Button>
            <Button
              variant={isChanged ? 'filled' : 'default'}
              disabled={!canPublish}
              loading={acts.publish.isPending}
              onClick={() => acts.publish.mutate()}
            >
              Save revision
            </Button>
          </>
        }
      />
      {isDiscarding && draft !== null ? (
        <DiscardDraft draft={draft} onDone={settle(local.drop)} onClose={() => setDiscarding(false)} />
      ) : null}
    </div>
  );
}
