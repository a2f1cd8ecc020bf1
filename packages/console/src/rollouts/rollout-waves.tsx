import type { GateVerdict, Rollout, RolloutWave } from '@drover/api';
import { Link } from '@tanstack/react-router';
import { countOf, formatFigure } from '../components/format.ts';
import { Panel } from '../components/panel.tsx';
import { RolloutBar } from '../components/rollout-bar.tsx';
import { StateBadge } from '../components/state-badge.tsx';
import { Time } from '../components/time.tsx';
import { waveWords } from '../components/tone.ts';
import styles from './waves.module.css';

const GATES: Record<GateVerdict['gate'], string> = {
  failures: 'Failures',
  health: 'Health',
  flow: 'Data flow',
  approval: 'Approval',
};

/** Wave by wave: who is in it, how far it is, and by which figures its gates judged. Nothing for a rollout to all at once. */
export function RolloutWaves({ rollout }: { readonly rollout: Rollout }) {
  const { waves } = rollout;
  if (waves.length < 2 && waves.every(({ gates }) => gates.length === 0)) return null;
  return (
    <Panel title="Waves" isFlush>
      <ol className={styles.waves}>
        {waves.map((wave) => (
          <Wave key={wave.index} id={rollout.id} wave={wave} isCurrent={isCurrent(wave)} />
        ))}
      </ol>
    </Panel>
  );
}

function isCurrent({ state }: RolloutWave): boolean {
  return state === 'running' || state === 'soaking' || state === 'failed';
}

export function waveText(wave: RolloutWave['wave']): string {
  if (wave === null) return 'All others';
  if (wave.selector !== undefined) return wave.selector;
  return wave.percent === undefined
    ? `${countOf(wave.count ?? 0, 'agent')}, picked at random`
    : `${wave.percent} %, picked at random`;
}

function Wave(props: { readonly id: string; readonly wave: RolloutWave; readonly isCurrent: boolean }) {
  const { id, wave, isCurrent } = props;
  const { index, state, counts, soakSeconds, settledAt, startedAt, gates } = wave;
  return (
    <li className={styles.wave} aria-current={isCurrent ? 'step' : undefined}>
      <div className={styles.head}>
        <span className={styles.number}>{index + 1}</span>
        <Link
          to="/rollouts/$id"
          params={{ id }}
          search={{ wave: index + 1 }}
          resetScroll={false}
          className={styles.who}
          title={`Agents of wave ${index + 1}`}
        >
          {waveText(wave.wave)}
        </Link>
        <StateBadge state={waveWords[state]} />
      </div>
      <RolloutBar counts={counts} />
      <p className={styles.facts}>
        {countOf(counts.matched, 'agent')}
        {soakSeconds > 0 ? ` · soaks ${soakText(soakSeconds)}` : ''}
        {wave.wave?.approval === true ? ' · then approval is needed' : ''}
        {startedAt === null ? null : (
          <>
            {' · started '}
            <Time at={startedAt} />
          </>
        )}
        {settledAt === null ? null : (
          <>
            {' · ended '}
            <Time at={settledAt} />
          </>
        )}
      </p>
      {gates.length === 0 ? null : (
        <ul className={styles.gates}>
          {gates.map((gate) => (
            <Gate key={`${gate.gate} ${gate.at} ${gate.text}`} gate={gate} />
          ))}
        </ul>
      )}
    </li>
  );
}

function Gate({ gate }: { readonly gate: GateVerdict }) {
  const figures = Object.entries(gate.figures).filter(([, value]) => value !== null);
  return (
    <li>
      <div className={styles.gate}>
        <StateBadge
          state={
            gate.passed
              ? { tone: 'well', word: GATES[gate.gate] }
              : { tone: 'broken', word: GATES[gate.gate] }
          }
        />
        <span>{gate.text}</span>
      </div>
      {figures.length === 0 ? null : (
        <details className={styles.figures} open={!gate.passed}>
          <summary>Figures it judged by</summary>
          <dl>
            {figures.map(([name, value]) => (
              <div key={name}>
                <dt>{figureName(name)}</dt>
                <dd>{typeof value === 'number' ? formatFigure(value) : value}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </li>
  );
}

/** `sentPercent` → `sent percent`. */
function figureName(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function soakText(seconds: number): string {
  if (seconds % 3600 === 0) return `${seconds / 3600} h`;
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
}
