import { Link } from '@tanstack/react-router';
import { AgentTitle } from './agent-title.tsx';
import layout from './layout.module.css';

/** The agent of a row, which leads to its page from anywhere in the row. */
export function AgentLink(props: {
  readonly agent: { readonly instanceUid: string; readonly displayName: string };
  /** Where on that page; its overview if left out. */
  readonly tab?: 'configuration';
}) {
  const { agent, tab } = props;
  return (
    <Link
      to="/agents/$uid"
      params={{ uid: agent.instanceUid }}
      {...(tab === undefined ? {} : { search: { tab } })}
      data-row-link
      // A name that is read from the right is cut at its left.
      dir="auto"
      className={layout.name}
    >
      <AgentTitle name={agent.displayName} uid={agent.instanceUid} />
    </Link>
  );
}
