import { useQuery } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { type KeyboardEvent, useDeferredValue, useEffect, useId, useRef, useState } from 'react';
import { Foreign } from '../components/foreign.tsx';
import { countOf, shortenMiddle } from '../components/format.ts';
import { StateBadge } from '../components/state-badge.tsx';
import { connectionWords } from '../components/tone.ts';
import { useApi } from '../data/console-context.tsx';
import { queries } from '../data/queries.ts';
import styles from './palette.module.css';
import { localEntries, type PaletteAct, type PaletteEntry, searchEntry } from './palette-entries.ts';

const AGENTS_SHOWN = 8;

interface PaletteProps {
  readonly onClose: () => void;
  readonly onAct: (act: PaletteAct) => void;
}

/** One field that finds pages, agents, configurations, rollouts and acts; arrows choose, Enter goes. */
export function Palette(props: PaletteProps) {
  const api = useApi();
  const router = useRouter();
  const listId = useId();
  const chosenRef = useRef<HTMLDivElement>(null);
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(0);
  // What is typed counts at once, so that a quick Enter goes where the words say; the server is asked at leisure.
  const words = text.trim();
  const asked = useDeferredValue(words);
  const agents = useQuery({ ...queries.agentSearch(api, asked, AGENTS_SHOWN), enabled: asked !== '' });
  const configs = useQuery(queries.configs(api));
  const running = useQuery(queries.runningRollouts(api));

  const found = agents.data?.items ?? [];
  const entries: readonly PaletteEntry[] = [
    ...localEntries(words, { configs: configs.data?.items ?? [], running: running.data?.items ?? [] }),
    ...(words === '' || words !== asked ? [] : found).map(
      (agent): PaletteEntry => ({
        id: `agent:${agent.instanceUid}`,
        group: 'Agent',
        word: agent.displayName,
        goal: { href: `/agents/${agent.instanceUid}` },
        aside: <StateBadge state={connectionWords[agent.connection.state]} />,
        detail: [agent.hostName, shortenMiddle(agent.instanceUid, 8, 4)].filter(Boolean).join(' · '),
      }),
    ),
    ...(words === '' ? [] : [searchEntry(words)]),
  ];
  const current = Math.min(chosen, Math.max(0, entries.length - 1));

  // biome-ignore lint/correctness/useExhaustiveDependencies: another text begins at the top again
  useEffect(() => setChosen(0), [words]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is chosen by key is brought into view
  useEffect(() => {
    chosenRef.current?.scrollIntoView({ block: 'nearest' });
  }, [current]);

  const go = (entry: PaletteEntry | undefined) => {
    if (entry === undefined) return;
    if ('act' in entry.goal) {
      props.onAct(entry.goal.act);
      return;
    }
    props.onClose();
    void router.navigate({ to: entry.goal.href });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const last = entries.length - 1;
    const next = { ArrowDown: current + 1, ArrowUp: current - 1, PageDown: last, PageUp: 0 }[event.key];
    if (next !== undefined) {
      event.preventDefault();
      setChosen(next > last ? 0 : next < 0 ? last : next);
    } else if (event.key === 'Enter' && !event.nativeEvent.isComposing) {
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
        aria-label="Find an agent, a configuration, a page or an action"
        placeholder="Find an agent, a configuration, a page or an action"
        autoComplete="off"
        spellCheck={false}
        data-autofocus
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <p role="status" className={styles.hidden}>
        {words === '' ? '' : `${countOf(entries.length, 'result')}`}
      </p>
      <div id={listId} role="listbox" aria-label="Results" className={styles.list}>
        {entries.map((entry, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys belong to the field above
          <div
            key={entry.id}
            id={`${listId}-${index}`}
            ref={index === current ? chosenRef : undefined}
            role="option"
            tabIndex={-1}
            aria-selected={index === current}
            className={styles.entry}
            onMouseMove={() => setChosen(index)}
            onClick={() => go(entry)}
          >
            <span className={styles.group}>{entry.group}</span>
            <span className={styles.word}>
              <Foreign text={entry.word} />
              {entry.detail === undefined ? null : <span className={styles.detail}>{entry.detail}</span>}
            </span>
            <span className={styles.aside}>{entry.aside}</span>
          </div>
        ))}
      </div>
      <p className={styles.hint} aria-hidden="true">
        <kbd>↑</kbd> <kbd>↓</kbd> select <kbd>Enter</kbd> open <kbd>Esc</kbd> close
      </p>
    </div>
  );
}
