import { Fragment, type ReactNode, useId } from 'react';
import styles from './panel.module.css';

interface PanelProps {
  readonly title?: ReactNode;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
  /** The content draws its own edges. */
  readonly isFlush?: boolean;
}

export function Panel({ title, aside, children, isFlush }: PanelProps) {
  const titleId = useId();
  return (
    <section className={styles.panel} aria-labelledby={title === undefined ? undefined : titleId}>
      {title === undefined ? null : (
        <div className={styles.bar}>
          <h2 id={titleId}>{title}</h2>
          {aside}
        </div>
      )}
      <div className={isFlush === true ? undefined : styles.body}>{children}</div>
    </section>
  );
}

/** Names and values side by side; the names get the room that they need, up to half of it. */
export function Facts(props: { readonly facts: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className={styles.facts}>
      {props.facts.map(([name, value]) => (
        <div key={name} className={styles.fact}>
          <dt>
            <DottedName name={name} />
          </dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A name such as `deployment.environment.name`, which breaks after its dots before it breaks inside a word. */
function DottedName({ name }: { readonly name: string }) {
  const parts = name.split('.');
  return parts.map((part, at) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a part is its place
    <Fragment key={at}>
      {part}
      {at < parts.length - 1 ? (
        <>
          .<wbr />
        </>
      ) : null}
    </Fragment>
  ));
}
