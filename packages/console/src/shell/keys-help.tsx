import { Modal } from '@mantine/core';
import styles from './keys-help.module.css';
import { PLACES } from './places.ts';

type Line = readonly [keys: readonly string[], meaning: string];

const GROUPS: readonly { readonly name: string; readonly lines: readonly Line[] }[] = [
  {
    name: 'Everywhere',
    lines: [
      [['Ctrl', 'K'], 'Find an agent, a configuration, a page or an action'],
      [['/'], 'Go to the page’s search'],
      [['Esc'], 'Close, clear the search, or leave it'],
      [['e'], 'Go to the editor, or edit the agent’s configuration'],
      [['?'], 'This help'],
    ],
  },
  {
    name: 'Lists',
    lines: [
      [['j'], 'Next row'],
      [['k'], 'Previous row'],
      [['Enter'], 'Open the row'],
      [['x'], 'Select the row; with Shift, all rows up to it'],
      [['Esc'], 'Clear the selection'],
    ],
  },
  {
    name: 'Editor',
    lines: [
      [['Ctrl', 'S'], 'Save a revision'],
      [['Ctrl', 'Space'], 'Show completions'],
      [['Ctrl', 'Shift', 'O'], 'Go to the outline'],
      [['Ctrl', '.'], 'Go to the graph'],
      [['Shift', 'Alt', 'F'], 'Format'],
      [['Esc', 'Tab'], 'Leave the editor'],
    ],
  },
  { name: 'Pages', lines: PLACES.map(({ key, word }): Line => [['g', key], word]) },
];

export function KeysHelp(props: { readonly isOpen: boolean; readonly onClose: () => void }) {
  return (
    <Modal
      opened={props.isOpen}
      onClose={props.onClose}
      title="Keyboard shortcuts"
      size={760}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <div className={styles.groups}>
        {GROUPS.map(({ name, lines }) => (
          <section key={name} aria-label={name}>
            <h3 className={styles.name}>{name}</h3>
            <dl className={styles.keys}>
              {lines.map(([keys, meaning]) => (
                <div key={meaning} className={styles.line}>
                  <dt>
                    {keys.map((key) => (
                      <kbd key={key} className={styles.key}>
                        {key}
                      </kbd>
                    ))}
                  </dt>
                  <dd>{meaning}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Modal>
  );
}
