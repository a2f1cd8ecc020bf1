import type { ConfigDetail, ConfigDraft } from '@drover/api';
import { Button, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { FailureNote } from '../components/failure-note.tsx';
import layout from '../components/layout.module.css';
import { SkeletonRows } from '../components/skeleton.tsx';
import { useApi } from '../data/console-context.tsx';
import { draftQueries } from '../data/draft-queries.ts';
import { MissingSecretsNote } from '../secrets/missing-secrets-note.tsx';
import { ConfigEditor } from './config-editor.tsx';
import { DiscardDraft } from './discard-draft.tsx';
import { DraftNote, DraftOvertakenNote, OvertakenNote } from './edit-notes.tsx';
import { editStateOf } from './edit-state.ts';
import { useConfigActs } from './use-config-acts.ts';
import { useDraft } from './use-draft.ts';

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
  const newest = config.revision;
  const state = editStateOf(config, draft, local.draft);
  const { body, isTyped, isChanged, isOvertaken, isDraftOvertaken } = state;
  const acts = useConfigActs({
    config,
    draft,
    state,
    message,
    onSaved: (kind) => {
      local.drop();
      if (kind === 'revision') setMessage('');
    },
  });
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
    acts.reset();
  };
  return (
    <div className={layout.column}>
      {isDraftOvertaken && draft !== null ? (
        <DraftOvertakenNote
          draft={draft}
          body={body}
          onKeep={settle(() => keep({ draftHash: draft.hash }))}
          onTake={settle(local.drop)}
        />
      ) : draft === null ? null : (
        <DraftNote config={config} draft={draft} onDiscard={() => setDiscarding(true)} />
      )}
      {isOvertaken ? (
        <OvertakenNote
          config={config}
          body={body}
          onKeep={settle(() => keep({ baseHash: newest.hash }))}
          onTake={draft === null ? settle(local.drop) : () => setDiscarding(true)}
        />
      ) : null}
      {acts.error === undefined ? null : <FailureNote error={acts.error} />}
      {isChanged ? (
        <TextInput
          label="What was changed and why"
          description="Stands with the revision, in its history"
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
          // Typed back to what is saved: there is nothing to keep.
          if (next === (draft?.body ?? config.body) && !isOvertaken) local.drop();
          else if (next !== body) keep({ body: next });
        }}
        onSave={() => (canPublish ? acts.publish.mutate() : undefined)}
        status={
          <span className={layout.muted}>
            {isTyped
              ? local.isKept
                ? local.isRestored
                  ? 'Unsaved changes of yours are back'
                  : 'Unsaved changes'
                : 'Unsaved changes, which this browser cannot keep'
              : draft === null
                ? `r${newest.number}, saved`
                : 'Draft, saved'}
          </span>
        }
        actions={
          <>
            {isTyped ? (
              <>
                <Button variant="subtle" onClick={local.drop}>
                  Discard
                </Button>
                <Button
                  disabled={isDraftOvertaken || isBusy}
                  loading={acts.saveDraft.isPending}
                  onClick={() => acts.saveDraft.mutate()}
                >
                  Save draft
                </Button>
              </>
            ) : null}
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
