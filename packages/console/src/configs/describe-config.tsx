import type { ConfigDetail } from '@drover/api';
import { Button, Modal, Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { FailureNote } from '../components/failure-note.tsx';
import layout from '../components/layout.module.css';
import { useConsole } from '../data/console-context.tsx';

const DESCRIPTION_MAX_CHARS = 1000;

/** What the configuration is for, beside its name; makes no revision. */
export function DescribeConfig({ config }: { readonly config: ConfigDetail }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button variant="subtle" size="compact-sm" onClick={() => setOpen(true)}>
        {config.description === '' ? 'Add description…' : 'Edit description…'}
      </Button>
      {isOpen ? <DescribeDialog config={config} onClose={() => setOpen(false)} /> : null}
    </>
  );
}

function DescribeDialog(props: { readonly config: ConfigDetail; readonly onClose: () => void }) {
  const { api, queryClient } = useConsole();
  const { name, body, revision, description } = props.config;
  const [text, setText] = useState(description);
  const save = useMutation({
    mutationFn: () => {
      const { contentType, format, role, hash } = revision;
      return api.putConfig(name, { description: text.trim(), body, contentType, format, role }, hash);
    },
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['config', name] });
      void queryClient.invalidateQueries({ queryKey: ['configs'] });
      props.onClose();
    },
    // Another revision came meanwhile: it is read, and the next try is made from it.
    onError: () => void queryClient.invalidateQueries({ queryKey: ['config', name] }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <Modal
      opened
      onClose={props.onClose}
      title={`Description of “${name}”`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form className={layout.form} onSubmit={submit}>
        <Textarea
          label="Description"
          description="Shown in the list of configurations; saving it creates no revision and changes 0 agents"
          maxLength={DESCRIPTION_MAX_CHARS}
          autosize
          minRows={2}
          maxRows={6}
          value={text}
          data-autofocus
          onChange={(event) => setText(event.currentTarget.value)}
        />
        {save.isError ? <FailureNote error={save.error} /> : null}
        <div className={layout.formActions}>
          <Button onClick={props.onClose}>Cancel</Button>
          <Button
            type="submit"
            variant="filled"
            disabled={text.trim() === description}
            loading={save.isPending}
          >
            Save description
          </Button>
        </div>
      </form>
    </Modal>
  );
}
