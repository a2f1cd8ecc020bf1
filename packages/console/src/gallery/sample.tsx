import { type ReactNode, useId } from 'react';
import styles from './gallery.module.css';

/** One component in its states. */
export function Sample(props: { readonly name: string; readonly children: ReactNode }) {
  const id = useId();
  return (
    <section className={styles.sample} aria-labelledby={id}>
      <h2 id={id}>{props.name}</h2>
      {props.children}
    </section>
  );
}

export function Row(props: { readonly children: ReactNode }) {
  return <div className={styles.row}>{props.children}</div>;
}
