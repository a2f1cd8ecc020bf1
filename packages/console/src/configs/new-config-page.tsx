import { ApiError, type ConfigDraft } from '@drover/api';
import { Button, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { FailureNote } from '../components/failure-note.tsx';
import layout from '../components/layout.module.css';
import { LinkButton } from '../components/link-button.tsx';
import { Note } from '../components/note.tsx';
import { PageHeader } from '../components/page-header.tsx';
import { Select } from '../components/select.tsx';
import { SkeletonRows } from '../components/skeleton.tsx';
import { useApi, useConsole } from '../data/console-context.tsx';
import { draftQueries } from '../data/draft-queries.ts';
import { isNotFound } from '../data/failure-text.ts';
import { queries } from '../data/queries.ts';
import { MissingSecretsNote } from '../secrets/missing-secrets-note.tsx';
import { useTitle } from '../shell/use-title.ts';
import type { CompareSide } from '../text/compare-side.ts';
import { ConfigEditor } from './config-editor.tsx';
import styles from './configs.module.css';
import { COLLECTOR, CONTENT_KINDS, kindOf } from './content-kinds.ts';
import { DiscardDraft } from './discard-draft.tsx';
import { type Draft, NEW_DRAFT } from './draft.ts';
import { DraftOvertakenNote } from './edit-notes.tsx';
import { LeaveGuard } from './leave-guard.tsx';
import { LocalNotes } from './local-notes.tsx';
import { nameRefusal, STARTER } from './starter.ts';
import { useDraft } from './use-draft.ts';

const route = getRouteApi('/inside/new-configuration');

/** A configuration that does not exist yet, anew or from the draft that somebody saved of it. */
export function NewConfigPage() {
  useTitle('New configuration');
  const { draft: name } = route.useSearch();
  const draft = useQuery({ ...draftQueries.one(useApi(), name ?? ''), enabled: name !== undefined });
  if (name === undefined) return <NewConfig key="" draft={null} />;
  if (draft.data === undefined) {
    return draft.isError ? (
      <ErrorState
        error={draft.error}
        what="The draft could not be loaded"
        onRetry={() => void draft.refetch()}
      />
    ) : (
      <SkeletonRows rows={8} />
    );
  }
  return draft.data === null ? (
    <EmptyState
      isPage
      title={`No draft of “${name}”`}
      action={
        <LinkButton to="/configs" search={{ tab: 'drafts' }}>
          Show all drafts
        </LinkButton>
      }
    >
      It was discarded, or saved as a revision.
    </EmptyState>
  ) : (
    <NewConfig key={name} draft={draft.data} />
  );
}

function NewConfig({ draft }: { readonly draft: ConfigDraft | null }) {
  const { api, queryClient } = useConsole();
  const navigate = useNavigate();
  const configs = useQuery(queries.configs(api));
  // No name may hold a blank: the text of a new one and that of a draft have places of their own.
  const local = useDraft(draft === null ? NEW_DRAFT : `${NEW_DRAFT} ${draft.name}`);
  const [message, setMessage] = useState('');
  const [isDiscarding, setDiscarding] = useState(false);
  const [side, setSide] = useState<CompareSide>();
  const kind =
    CONTENT_KINDS.find(({ value }) => value === local.draft?.kind) ??
    (draft === null ? COLLECTOR : kindOf(draft));
  const role = local.draft?.role ?? draft?.role ?? '';
  const body = local.draft?.body ?? draft?.body ?? STARTER;
  const name = draft?.name ?? local.draft?.name ?? '';
  const draftHash = local.draft === undefined ? draft?.hash : local.draft.draftHash;
  const isOvertaken = draft !== null && draftHash !== draft.hash && body !== draft.body;
  const refusal = nameRefusal(name, configs.data?.items.map((config) => config.name) ?? []);
  const keep = (part: Partial<Draft>) =>
    local.change({ body, baseHash: '', name, draftHash, kind: kind.value, role, ...part });
  const content = { body, format: kind.format, contentType: kind.contentType, role: role.trim() };

  const publish = useMutation({
    mutationFn: async () => {
      await api.putConfig(name, {
        ...content,
        ...(message.trim() === '' ? {} : { message: message.trim() }),
      });
      if (draft === null || draft.body === body) return;
      await api.deleteConfigDraft(name).catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
      });
    },
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['configs'] });
      void queryClient.invalidateQueries({ queryKey: ['drafts'] });
      queryClient.removeQueries({ queryKey: ['draft', name] });
      local.drop();
      await navigate({ to: '/configs/$name', params: { name }, replace: true });
    },
  });
  const saveDraft = useMutation({
    mutationFn: () => api.putConfigDraft(name, { ...content, baseRevision: null }, draft?.hash ?? null),
    onSuccess: async (fresh) => {
      queryClient.setQueryData(['draft', name], fresh);
      void queryClient.invalidateQueries({ queryKey: ['drafts'] });
      local.drop();
      await navigate({ to: '/new-configuration', search: { draft: name }, replace: true });
    },
    onError: () => void queryClient.invalidateQueries({ queryKey: ['draft', name] }),
  });
  const isTaken = saveDraft.error instanceof ApiError && saveDraft.error.status === 412;
  const isBusy = publish.isPending || saveDraft.isPending;
  const canSave = name !== '' && refusal === undefined && body.trim() !== '' && !isOvertaken && !isBusy;
  return (
    <>
      <PageHeader
        above={<Link to="/configs">Configurations</Link>}
        title="New configuration"
        below={draft === null ? undefined : `Draft by ${draft.author}, shared by all operators`}
      />
      <div className={layout.column}>
        <div className={styles.newFields}>
          <TextInput
            label="Name"
            description="Agents receive the configuration under this name"
            placeholder="edge-gateway"
            value={name}
            error={refusal}
            autoFocus={draft === null}
            readOnly={draft !== null}
            spellCheck={false}
            autoComplete="off"
            onChange={(event) => {
              saveDraft.reset();
              keep({ name: event.currentTarget.value });
            }}
          />
          <TextInput
            label="What it is for"
            description="Shown with its first revision in the history"
            maxLength={2000}
            value={message}
            onChange={(event) => setMessage(event.currentTarget.value)}
          />
          <Select
            label="Format"
            value={kind.value}
            options={CONTENT_KINDS}
            onChange={(value) => keep({ kind: value })}
          />
          <TextInput
            label="Role"
            description="Of a supplementary file, as its agents expect it; empty for a configuration"
            maxLength={128}
            value={role}
            spellCheck={false}
            autoComplete="off"
            onChange={(event) => keep({ role: event.currentTarget.value })}
          />
        </div>
        <LeaveGuard
          name={name === '' ? undefined : name}
          isUnsaved={local.draft !== undefined && !isBusy}
          isKept={local.isKept}
          onDiscard={local.drop}
        />
        <LocalNotes
          local={local}
          saved={
            draft === null
              ? { body: STARTER, label: 'Starter text' }
              : { body: draft.body, label: 'Saved draft' }
          }
          onBringBack={local.bringBack}
        />
        {isOvertaken ? (
          <DraftOvertakenNote
            draft={draft}
            body={body}
            onKeep={() => keep({ draftHash: draft.hash })}
            onTake={local.discard}
          />
        ) : null}
        {isTaken && draft === null ? (
          <Note
            tone="look"
            isAlert
            actions={
              <LinkButton to="/new-configuration" search={{ draft: name }}>
                Open draft
              </LinkButton>
            }
          >
            <strong>A draft of “{name}” already exists.</strong> Yours was not saved and stays here as you
            typed it: choose another name, or continue with the existing draft.
          </Note>
        ) : null}
        {publish.isError ? <FailureNote error={publish.error} /> : null}
        {saveDraft.isError && !isTaken ? <FailureNote error={saveDraft.error} /> : null}
        <MissingSecretsNote body={body} />
        <ConfigEditor
          body={body}
          format={kind.format}
          contentType={kind.contentType}
          onChange={(next) => (next === body ? undefined : keep({ body: next }))}
          onSave={() => (canSave ? publish.mutate() : undefined)}
          side={side}
          firstSide={{ kind: 'agent' }}
          onSide={setSide}
          status={
            <span className={layout.muted}>
              {local.draft !== undefined ? 'Unsaved changes' : draft === null ? '' : 'Draft, saved'}
            </span>
          }
          actions={
            <>
              {local.draft === undefined && draft !== null ? null : (
                <Button variant="subtle" disabled={local.draft === undefined} onClick={local.discard}>
                  {draft === null ? 'Start over' : 'Discard'}
                </Button>
              )}
              {draft !== null && local.draft === undefined ? (
                <Button variant="subtle" onClick={() => setDiscarding(true)}>
                  Discard draft…
                </Button>
              ) : (
                <Button disabled={!canSave} loading={saveDraft.isPending} onClick={() => saveDraft.mutate()}>
                  Save draft
                </Button>
              )}
              <Button
                variant="filled"
                disabled={!canSave}
                loading={publish.isPending}
                onClick={() => publish.mutate()}
              >
                Save revision
              </Button>
            </>
          }
        />
      </div>
      {isDiscarding && draft !== null ? (
        <DiscardDraft
          draft={draft}
          onDone={() => {
            local.drop();
            void navigate({ to: '/configs', search: { tab: 'drafts' } });
          }}
          onClose={() => setDiscarding(false)}
        />
      ) : null}
    </>
  );
}
