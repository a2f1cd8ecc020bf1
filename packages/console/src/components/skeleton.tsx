import { useEffect, useState } from 'react';
import styles from './skeleton.module.css';

const QUIET_MS = 300;

/**
 * Bars in the shape of what comes; nothing at all for what comes within 300 ms. Who waits for a page finds one by
 * `data-placeholder` from its first moment on, also while nothing of it is seen.
 */
export function Skeleton(props: {
  readonly widths: readonly (number | string)[];
  /** In pixels, of all of them or of each. */
  readonly height?: number | readonly number[];
}) {
  const { widths, height = 14 } = props;
  const heightOf = (index: number) => (typeof height === 'number' ? height : height[index]);
  const [isShown, setIsShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setIsShown(true), QUIET_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className={styles.group} data-placeholder data-shown={isShown} role="status" aria-label="Loading">
      {widths.map((width, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the bars never change places
        <span key={index} className={styles.bar} style={{ width, height: heightOf(index) }} />
      ))}
    </div>
  );
}

export function SkeletonRows(props: { readonly rows: number; readonly height?: number }) {
  const widths = Array.from({ length: props.rows }, () => '100%');
  return <Skeleton widths={widths} height={props.height ?? 32} />;
}
