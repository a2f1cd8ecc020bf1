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
  /** What was typed is on the server now. */
  readonly onSaved: (as: 'draft' | 'revision') => void;
}

/** The two ways to save what the editor holds: as the draft, and as a revision, each refused where somebody else was quicker. */
export function useConfigActs({ config, draft, state, message, onSaved }: ConfigActsOptions) {
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
      onSaved('draft');
    },
    onError: (error) => {
      // Somebody saved in between: the page reads it and shows both.
      if (isConflict(error)) void queryClient.invalidateQueries({ queryKey: ['draft', name] });
    },
  });

  const publish = useMutation({
    mutationFn: async () => {
      const written = { ...content, ...(message.trim() === '' ? {} : { message: message.trim() }) };
      await api.putConfig(name, written, state.baseHash);
      // A draft that says the same has ended with the revision; one that this text was made from has become it.
      if (draft === null || draft.body === state.body) return;
      await api.deleteConfigDraft(name).catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
      });
    },
    onSuccess: async () => {
      await Promise.all(
        ['config', 'draft'].map((kind) => queryClient.invalidateQueries({ queryKey: [kind, name] })),
      );
      void queryClient.invalidateQueries({ queryKey: ['configs'] });
      void queryClient.invalidateQueries({ queryKey: ['drafts'] });
      onSaved('revision');
    },
    onError: (error) => {
      if (isConflict(error)) void queryClient.invalidateQueries({ queryKey: ['config', name] });
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
