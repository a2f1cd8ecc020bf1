import { useQuery } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { type KeyboardEvent, useDeferredValue, useEffect, useId, useState } from 'react';
import { shortenMiddle } from '../components/format.ts';
import { StateBadge } from '../components/state-badge.tsx';
import { connectionWords } from '../components/tone.ts';
import { useApi } from '../data/console-context.tsx';
import { queries } from '../data/queries.ts';
import styles from './palette.module.css';
import { type PaletteEntry, pageEntries, searchEntry } from './palette-entries.ts';

const AGENTS_SHOWN = 8;
const CONFIGS_SHOWN = 6;

/** One field that finds pages, configurations and agents; arrows choose, Enter goes. */
export function Palette(props: { readonly onClose: () => void }) {
  const api = useApi();
  const router = useRouter();
  const listId = useId();
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(0);
  const words = useDeferredValue(text.trim());
  const agents = useQuery({ ...queries.agentSearch(api, words, AGENTS_SHOWN), enabled: words !== '' });
  const configs = useQuery(queries.configs(api));

  const needle = words.toLowerCase();
  const entries: PaletteEntry[] = [
    ...pageEntries.filter((entry) => entry.word.toLowerCase().includes(needle)),
    ...(configs.data?.items ?? [])
      .filter((config) => config.name.includes(needle))
      .slice(0, CONFIGS_SHOWN)
      .map((config) => ({
        id: `config:${config.name}`,
        group: 'Configuration',
        word: config.name,
        href: `/configs/${encodeURIComponent(config.name)}`,
        aside: `r${config.revision.number}`,
      })),
    ...(words === '' ? [] : [searchEntry(words)]),
    ...(words === '' ? [] : (agents.data?.items ?? [])).map((agent) => ({
      id: `agent:${agent.instanceUid}`,
      group: 'Agent',
      word: agent.displayName,
      href: `/agents/${agent.instanceUid}`,
      aside: <StateBadge state={connectionWords[agent.connection.state]} />,
      detail: [agent.hostName, shortenMiddle(agent.instanceUid, 8, 4)].filter(Boolean).join(' · '),
    })),
  ];
  const current = Math.min(chosen, Math.max(0, entries.length - 1));

  // biome-ignore lint/correctness/useExhaustiveDependencies: another text begins at the top again
  useEffect(() => setChosen(0), [words]);

  const go = (entry: PaletteEntry | undefined) => {
    if (entry === undefined) return;
    props.onClose();
    void router.navigate({ to: entry.href });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      const step = event.key === 'ArrowDown' ? 1 : -1;
      setChosen((current + step + entries.length) % Math.max(1, entries.length));
    } else if (event.key === 'Enter') {
      event.preventDefault();
      go(entries[current]);
    }
  };

  return (
    <div className={styles.palette}>
      <input
        className={styles.field}
        type="text"
        role="combobox"
        aria-expanded
        aria-controls={listId}
        aria-activedescendant={entries[current] === undefined ? undefined : `${listId}-${current}`}
        aria-label="Find an agent, a configuration or a page"
        placeholder="Find an agent, a configuration or a page"
        data-autofocus
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <div id={listId} role="listbox" aria-label="Found" className={styles.list}>
        {entries.map((entry, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys belong to the field above
          <div
            key={entry.id}
            id={`${listId}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === current}
            className={styles.entry}
            onMouseMove={() => setChosen(index)}
            onClick={() => go(entry)}
          >
            <span className={styles.group}>{entry.group}</span>
            <span className={styles.word}>
              {entry.word}
              {entry.detail === undefined ? null : <span className={styles.detail}>{entry.detail}</span>}
            </span>
            <span className={styles.aside}>{entry.aside}</span>
          </div>
        ))}
      </div>
      {entries.length === 0 ? <p className={styles.none}>Nothing found for “{words}”.</p> : null}
    </div>
  );
}
