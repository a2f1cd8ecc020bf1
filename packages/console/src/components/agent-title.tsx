import styles from './agent-title.module.css';
import { Foreign } from './foreign.tsx';

/** An agent's name with the end of its uid, since many agents are called after their kind. */
export function AgentTitle(props: { readonly name: string; readonly uid: string }) {
  return (
    <>
      <Foreign text={props.name} /> <span className={styles.uid}>…{props.uid.slice(-4)}</span>
    </>
  );
}
