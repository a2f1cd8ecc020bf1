import styles from './new-pill.module.css';

/** What came since the list was read waits behind it, so that nothing moves under the hand. */
export function NewPill(props: { readonly words: string | undefined; readonly onShow: () => void }) {
  return (
    <div className={styles.place} role="status">
      {props.words === undefined ? null : (
        <button type="button" className={styles.pill} onClick={props.onShow}>
          {props.words}
        </button>
      )}
    </div>
  );
}
