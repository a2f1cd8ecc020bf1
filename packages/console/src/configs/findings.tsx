import type { Finding } from '@drover/api';
import { StateBadge, ToneShape } from '../components/state-badge.tsx';
import type { Tone } from '../components/tone.ts';
import { failureOf } from '../data/failure-text.ts';
import styles from './configs.module.css';
import { sourceCounts, summaryWords } from './finding-counts.ts';
import { type Checking, isParsed } from './validation.ts';

const TONES: Record<Finding['severity'], Tone> = { error: 'broken', warning: 'look', info: 'gone' };
const SOURCES: Record<Finding['source'], string> = {
  yaml: 'YAML',
  variables: 'variables',
  structure: 'structure',
  components: 'components',
  schema: 'fields',
  collector: 'Collector',
  supervisor: 'supervisor',
};

export function FindingsSummary(props: {
  readonly validation: Checking;
  /** Of others than Collectors' nothing but variables is checked. */
  readonly isCollector: boolean;
}) {
  const { validation, isCollector } = props;
  if (validation.kind === 'checking') return <StateBadge state={{ tone: 'gone', word: 'Checking…' }} />;
  if (validation.kind === 'unchecked') return <StateBadge state={{ tone: 'look', word: 'Not checked' }} />;
  if (validation.findings.length === 0 && !isCollector)
    return <StateBadge state={{ tone: 'gone', word: 'Variables only' }} />;
  return summaryWords(validation.findings).map((state) => <StateBadge key={state.word} state={state} />);
}

/** Each finding leads to its line. */
export function FindingsList(props: {
  readonly validation: Checking;
  readonly onGoTo: (line: number, column: number) => void;
}) {
  const { validation } = props;
  if (validation.kind === 'unchecked') {
    return (
      <p className={styles.remark}>The text could not be checked: {failureOf(validation.error).detail}</p>
    );
  }
  if (validation.kind === 'checking') return null;
  const { findings } = validation;
  const head = [
    ...(findings.length === 0 ? [] : [`Found by ${sourceCounts(findings, SOURCES)}`]),
    ...(isParsed(findings) ? [] : ['Settings not checked: the text cannot be parsed']),
  ];
  return (
    <>
      {head.length === 0 ? null : <p className={styles.findingsHead}>{head.join('. ')}.</p>}
      {findings.length === 0 ? null : (
        <ul className={styles.findings} aria-label="Findings">
          {findings.map((finding, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the same finding may stand twice on one line
            <li key={`${finding.line}:${finding.column}:${finding.message}:${index}`}>
              <Row finding={finding} onGoTo={props.onGoTo} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Row(props: { readonly finding: Finding; readonly onGoTo: (line: number, column: number) => void }) {
  const { severity, line, column, message, path, source } = props.finding;
  const content = (
    <>
      <ToneShape tone={TONES[severity]} />
      <span className={styles.findingPlace}>{line < 1 ? '' : `${line}:${column}`}</span>
      <span className={styles.findingText}>
        <span className={styles.hidden}>{severity}: </span>
        {message}
        {path === '' ? null : <code className={styles.findingPath}>{path}</code>}
      </span>
      <span className={styles.findingSource}>{SOURCES[source]}</span>
    </>
  );
  if (line < 1) return <div className={styles.finding}>{content}</div>;
  return (
    <button type="button" className={styles.finding} onClick={() => props.onGoTo(line, column)}>
      {content}
    </button>
  );
}
