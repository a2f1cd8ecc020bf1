import { ApiError, type ConfigDetail, type ConfigDraft } from '@drover/api';
import { useMutation } from '@tanstack/react-query';
import { useConsole } from '../data/console-context.tsx';
import { isNotFound } from '../data/failure-text.ts';
import type { EditState } from './edit-state.ts';

function isConflict(error: unknown): boolean {
  return error instanceof ApiError && error.status === 412;
}

interface ConfigActsOptions {
  readonly config: ConfigDetail;
  readonly draft: ConfigDraft | null;
  readonly state: EditState;
  readonly message: string;
  /** `body` is on the server now, and `hash` is what it has there. */
  readonly onSaved: (as: 'draft' | 'revision', body: string, hash: string) => void;
  /** Somebody else was quicker; nothing was saved, and what they saved is on its way. */
  readonly onConflict: (as: 'draft' | 'revision') => void;
}

/** The two ways to save what the editor holds: as the draft, and as a revision, each refused where somebody else was quicker. */
export function useConfigActs({ config, draft, state, message, onSaved, onConflict }: ConfigActsOptions) {
  const { api, queryClient } = useConsole();
  const { name, revision } = config;
  const { contentType, format, role } = draft ?? revision;
  const content = { body: state.body, contentType, format, role };
  const baseRevision = state.baseHash === revision.hash ? revision.number : (draft?.baseRevision ?? null);

  const saveDraft = useMutation({
    mutationFn: () => api.putConfigDraft(name, { ...content, baseRevision }, state.draftMatch),
    onSuccess: (saved) => {
      queryClient.setQueryData(['draft', name], saved);
      void queryClient.invalidateQueries({ queryKey: ['drafts'] });
      onSaved('draft', saved.body, saved.hash);
    },
    onError: (error) => {
      // Somebody saved in between: the page reads it and shows both.
      if (!isConflict(error)) return;
      void queryClient.invalidateQueries({ queryKey: ['draft', name] });
      onConflict('draft');
    },
  });

  const publish = useMutation({
    mutationFn: async () => {
      const written = { ...content, ...(message.trim() === '' ? {} : { message: message.trim() }) };
      const { revision: saved } = await api.putConfig(name, written, state.baseHash);
      const result = { body: written.body, hash: saved.hash };
      // A draft that says the same has ended with the revision; one that this text was made from has become it.
      if (draft === null || draft.body === written.body) return result;
      await api.deleteConfigDraft(name).catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
      });
      return result;
    },
    onSuccess: async ({ body, hash }) => {
      await Promise.all(
        ['config', 'draft'].map((kind) => queryClient.invalidateQueries({ queryKey: [kind, name] })),
      );
      void queryClient.invalidateQueries({ queryKey: ['configs'] });
      void queryClient.invalidateQueries({ queryKey: ['drafts'] });
      onSaved('revision', body, hash);
    },
    onError: (error) => {
      if (!isConflict(error)) return;
      void queryClient.invalidateQueries({ queryKey: ['config', name] });
      onConflict('revision');
    },
  });

  return {
    saveDraft,
    publish,
    /** What neither of the notes about conflicts explains. */
    error: [saveDraft.error, publish.error].find((error) => error !== null && !isConflict(error)),
    reset: () => {
      saveDraft.reset();
      publish.reset();
    },
  };
}
