import { SECRET_MAX_CHARS, type Secret } from '@drover/api';
import { Button, Modal, Textarea, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { FailureNote } from '../components/failure-note.tsx';
import { countOf, formatCount } from '../components/format.ts';
import layout from '../components/layout.module.css';
import { useConsole } from '../data/console-context.tsx';
import { configsText, trimmedValue } from './secret-use.ts';
import styles from './secrets.module.css';

const NAME = /^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$/;

function nameRefusal(name: string, secrets: readonly Secret[]): string | undefined {
  if (name === '') return undefined;
  if (!NAME.test(name))
    return 'Lower-case letters, digits, “.”, “_” and “-”; must start and end with a letter or digit';
  return secrets.some((secret) => secret.name === name)
    ? 'A secret with this name already exists: replace its value in the list'
    : undefined;
}

function effectOf({ usedBy }: Secret): string {
  if (usedBy.agents === 0) return 'No agent’s intended configuration uses it.';
  return `Used by ${configsText(usedBy.configs)}, intended for ${countOf(usedBy.agents, 'agent')}. Connected agents are offered the new value at once, offline ones when they reconnect.`;
}

interface SetSecretProps {
  /** The one whose value is replaced; undefined for a new one. */
  readonly secret: Secret | undefined;
  readonly secrets: readonly Secret[];
  readonly onClose: () => void;
}

/** Makes a secret or gives one another value. What is typed goes to the server and comes back from nowhere. */
export function SetSecret({ secret, secrets, onClose }: SetSecretProps) {
  const { api, queryClient } = useConsole();
  const [typedName, setName] = useState('');
  const [text, setText] = useState('');
  const [isShown, setShown] = useState(false);
  const name = secret?.name ?? typedName;
  const refusal = secret === undefined ? nameRefusal(name, secrets) : undefined;
  const value = trimmedValue(text);
  const isTooLong = value.length > SECRET_MAX_CHARS;
  const canSet = name !== '' && refusal === undefined && value !== '' && !isTooLong;
  const agents = secret?.usedBy.agents ?? 0;
  const set = useMutation({
    mutationFn: () => api.putSecret(name, { value }),
    // The value is kept nowhere in the page, also not with the mutation.
    gcTime: 0,
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['secrets'] });
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (canSet && !set.isPending) set.mutate();
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={secret === undefined ? 'New secret' : `Replace the value of “${secret.name}”?`}
      closeButtonProps={{ 'aria-label': 'Close' }}
      size="lg"
    >
      <form className={layout.form} onSubmit={submit}>
        {secret === undefined ? (
          <TextInput
            label="Name"
            description={
              <>
                Configurations refer to it as <code>{`\${drover:secret.${name || 'NAME'}}`}</code>
              </>
            }
            placeholder="gateway-token"
            value={typedName}
            error={refusal}
            data-autofocus
            spellCheck={false}
            autoComplete="off"
            onChange={(event) => setName(event.currentTarget.value)}
          />
        ) : (
          <p>{effectOf(secret)} The current value cannot be recovered.</p>
        )}
        <Textarea
          className={styles.value}
          data-masked={!isShown}
          label="Value"
          description="Stored encrypted and never shown again: keep a copy elsewhere"
          minRows={2}
          maxRows={10}
          autosize
          value={text}
          error={isTooLong ? `At most ${formatCount(SECRET_MAX_CHARS)} characters` : undefined}
          data-autofocus={secret === undefined ? undefined : true}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <label className={styles.check}>
          <input
            type="checkbox"
            checked={isShown}
            onChange={(event) => setShown(event.currentTarget.checked)}
          />
          <span>Show value</span>
        </label>
        {set.isError ? <FailureNote error={set.error} /> : null}
        <div className={layout.formActions}>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="filled" disabled={!canSet} loading={set.isPending}>
            {secret === undefined
              ? 'Set secret'
              : agents === 0
                ? 'Replace value'
                : `Replace value for ${countOf(agents, 'agent')}`}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
