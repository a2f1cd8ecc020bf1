import type { EnrolmentTokenCreated } from '@drover/api';
import { Button, Modal, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { CopyBlock } from '../components/copy-block.tsx';
import { FailureNote } from '../components/failure-note.tsx';
import { Note } from '../components/note.tsx';
import { Select } from '../components/select.tsx';
import { useConsole } from '../data/console-context.tsx';
import styles from './connections.module.css';

const NAME = /^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$/;
const DAY_MS = 86_400_000;
const EXPIRIES = [
  { value: '1', word: 'In one day' },
  { value: '7', word: 'In a week' },
  { value: '30', word: 'In 30 days' },
  { value: '90', word: 'In 90 days' },
  { value: '365', word: 'In a year' },
  { value: '', word: 'Never' },
] as const;

/** Makes an enrolment token and shows it, this once. */
export function NewToken(props: {
  readonly isOpen: boolean;
  readonly isApprovalAsked: boolean;
  readonly onClose: () => void;
}) {
  const [created, setCreated] = useState<EnrolmentTokenCreated>();
  const close = () => {
    setCreated(undefined);
    props.onClose();
  };
  return (
    <Modal
      opened={props.isOpen}
      onClose={close}
      title={created === undefined ? 'New enrolment token' : `Enrolment token “${created.name}”`}
      closeButtonProps={{ 'aria-label': 'Close' }}
      size="lg"
    >
      {created === undefined ? (
        <NewTokenForm isApprovalAsked={props.isApprovalAsked} onCreated={setCreated} onClose={close} />
      ) : (
        <div className={styles.form}>
          <Note tone="look">The token is shown only this once. Drover stores only its hash.</Note>
          <CopyBlock label="token" text={created.token} />
          <p>Agents send it in this header when they connect:</p>
          <CopyBlock label="header" text={`Authorization: Bearer ${created.token}`} />
          <div className={styles.formActions}>
            <Button variant="filled" onClick={close}>
              I have copied it
            </Button>
          </div>
        </div>
      )}
    </Modal>
  );
}

function NewTokenForm(props: {
  readonly isApprovalAsked: boolean;
  readonly onCreated: (token: EnrolmentTokenCreated) => void;
  readonly onClose: () => void;
}) {
  const { api, queryClient, clock } = useConsole();
  const [name, setName] = useState('');
  const [days, setDays] = useState('30');
  const [autoApprove, setAutoApprove] = useState(false);
  const isWrong = name !== '' && !NAME.test(name);
  const create = useMutation({
    mutationFn: () =>
      api.createEnrolmentToken({
        name,
        ...(days === ''
          ? {}
          : { expiresAt: new Date(clock.now.get() + Number(days) * DAY_MS).toISOString() }),
        ...(autoApprove ? { autoApprove } : {}),
      }),
    onSuccess: (token) => {
      void queryClient.invalidateQueries({ queryKey: ['tokens'] });
      props.onCreated(token);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (NAME.test(name) && !create.isPending) create.mutate();
  };
  return (
    <form className={styles.form} onSubmit={submit}>
      <TextInput
        label="Name"
        description="What it is for: a site, a team, an image"
        placeholder="edge-sites"
        value={name}
        error={
          isWrong
            ? 'Lower-case letters, digits, “.”, “_” and “-”; must start and end with a letter or digit'
            : undefined
        }
        data-autofocus
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Select label="Expires" value={days} options={EXPIRIES} onChange={setDays} />
      <p className={styles.muted}>
        When it expires or is deleted, agents that rely on it and have no credential of their own are
        disconnected.
      </p>
      {props.isApprovalAsked ? (
        <label className={styles.check}>
          <input
            type="checkbox"
            checked={autoApprove}
            onChange={(event) => setAutoApprove(event.currentTarget.checked)}
          />
          <span>Approve agents that connect with it automatically</span>
        </label>
      ) : null}
      {create.isError ? <FailureNote error={create.error} /> : null}
      <div className={styles.formActions}>
        <Button onClick={props.onClose}>Cancel</Button>
        <Button type="submit" variant="filled" disabled={!NAME.test(name)} loading={create.isPending}>
          Create token
        </Button>
      </div>
    </form>
  );
}
