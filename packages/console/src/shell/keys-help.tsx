import { Modal } from '@mantine/core';
import styles from './keys-help.module.css';

const KEYS: readonly (readonly [readonly string[], string])[] = [
  [['Ctrl', 'K'], 'Find an agent, a configuration or a page'],
  [['/'], 'Go to the search of the page'],
  [['g', 'f'], 'Go to the fleet'],
  [['g', 'c'], 'Go to the configurations'],
  [['g', 'r'], 'Go to the rollouts'],
  [['g', 'd'], 'Go to drift'],
  [['g', 's'], 'Go to the search in configurations'],
  [['g', 'n'], 'Go to the connections'],
  [['j'], 'Next row'],
  [['k'], 'Row before'],
  [['Enter'], 'Open the row'],
  [['Ctrl', 'S'], 'Save a revision, in the editor'],
  [['Esc'], 'Close, or leave the field'],
  [['?'], 'This help'],
];

export function KeysHelp(props: { readonly isOpen: boolean; readonly onClose: () => void }) {
  return (
    <Modal
      opened={props.isOpen}
      onClose={props.onClose}
      title="Keyboard shortcuts"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <dl className={styles.keys}>
        {KEYS.map(([keys, meaning]) => (
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
    </Modal>
  );
}
