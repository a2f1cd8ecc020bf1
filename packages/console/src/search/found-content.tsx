import type { EffectiveFound } from '@drover/api';
import { Link } from '@tanstack/react-router';
import { AgentTitle } from '../components/agent-title.tsx';
import { countOf, formatCount, formatFileName, shortenMiddle } from '../components/format.ts';
import { Panel } from '../components/panel.tsx';
import { ToneShape } from '../components/state-badge.tsx';
import { connectionWords } from '../components/tone.ts';
import { HitLines } from './hit-lines.tsx';
import styles from './search.module.css';

/** A content that agents run: who they are, and the lines that were found. */
export function FoundContent({ found }: { readonly found: EffectiveFound }) {
  const { content, agents, sample, files } = found;
  const shown = files.filter(({ lines }) => lines > 0);
  return (
    <Panel
      title={
        <Link to="/agents" search={{ effective: content }}>
          {countOf(agents, 'agent')}
        </Link>
      }
      aside={<span className={styles.muted}>content {shortenMiddle(content, 8, 4)}</span>}
      isFlush
    >
      <ul className={styles.agents} aria-label="Some of these agents">
        {sample.map((agent) => (
          <li key={agent.instanceUid} className={styles.agent}>
            <ToneShape tone={connectionWords[agent.state].tone} />
            <span className={styles.hidden}>{connectionWords[agent.state].word}: </span>
            <Link to="/agents/$uid" params={{ uid: agent.instanceUid }} search={{ tab: 'configuration' }}>
              <AgentTitle name={agent.displayName} uid={agent.instanceUid} />
            </Link>
          </li>
        ))}
        {agents > sample.length ? (
          <li className={styles.muted}>
            <Link to="/agents" search={{ effective: content }}>
              and {formatCount(agents - sample.length)} more
            </Link>
          </li>
        ) : null}
      </ul>
      {shown.map((file) => (
        <div key={file.name}>
          {files.length === 1 ? null : <p className={styles.file}>{formatFileName(file.name)}</p>}
          <HitLines hits={file.hits} lines={file.lines} />
        </div>
      ))}
    </Panel>
  );
}
