import { ControlSamples } from './control-samples.tsx';
import styles from './gallery.module.css';
import { ListSamples } from './list-samples.tsx';
import { StateSamples } from './state-samples.tsx';

/** Each component of the console in each state, for the eye and for axe. In development only. */
export function Gallery() {
  return (
    <main className={styles.gallery}>
      <h1>Components</h1>
      <StateSamples />
      <ControlSamples />
      <ListSamples />
    </main>
  );
}
