import {
  printableLine,
  type Rollout,
  type RolloutAgent,
  type RolloutCounts,
  type RolloutPreview,
  type RolloutWave,
} from '@drover/api';
import { stackText } from './agent-text.ts';
import { type Field, renderFields } from './output/fields.ts';
import { type Paint, paintState } from './output/paint.ts';

const SHOWN_AGENTS = 10;
const LABELS = { stack: 'Configuration', layer: 'In place of the same layer' } as const;

export function selectorText(selector: string): string {
  return selector.trim() === '' ? '(every agent)' : selector;
}

/** What a rollout gives, in one line. */
export function targetText({ configs, replaces }: Rollout['target']): string {
  return replaces === 'layer' ? `${stackText(configs)} in place` : stackText(configs);
}

function agentLines(agents: readonly RolloutAgent[], total: number): string {
  const lines = agents
    .slice(0, SHOWN_AGENTS)
    .map(
      (agent) =>
        `    ${printableLine(agent.displayName)} (${agent.instanceUid}): ${printableLine(agent.reason)}\n`,
    );
  const more = total - lines.length;
  return lines.join('') + (more > 0 ? `    and ${more} more\n` : '');
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** What a rollout would do, for the operator who is about to start it. */
export function previewText(preview: RolloutPreview, selector: string, paint: Paint): string {
  const { wouldChange, cannot } = preview;
  const offline = wouldChange.offline > 0 ? `, ${wouldChange.offline} of them offline now` : '';
  const fields: Field[] = [
    [LABELS[preview.target.replaces], paint('bold', stackText(preview.target.configs))],
    ['Selector', selectorText(selector)],
    ['Matches', count(preview.matched, 'agent')],
    ['Would change', paint('bold', `${count(wouldChange.count, 'agent')}${offline}`)],
    ['Run it already', preview.unchanged.count === 0 ? '' : count(preview.unchanged.count, 'agent')],
    ['Cannot take it', cannot.count === 0 ? '' : paint('yellow', count(cannot.count, 'agent'))],
  ];
  const lines = [renderFields(fields), agentLines(cannot.agents, cannot.count)];
  if (preview.waves.length > 1) {
    lines.push('Waves:\n');
    for (const [index, { wave, agents }] of preview.waves.entries())
      lines.push(`    ${index + 1}. ${waveText(wave)}: ${count(agents, 'agent')}\n`);
  }
  const { noWayBack } = preview;
  if (noWayBack.count > 0) {
    lines.push(
      paint('yellow', `${count(noWayBack.count, 'agent')} would have no way back:`),
      ' nothing from Drover runs there today, and a roll back leaves them as they are then.\n',
    );
  }
  if (preview.current.length > 0) lines.push('Those that would change are to run today:\n');
  for (const { configs, next, agents } of preview.current) {
    const today = configs.length === 0 ? 'nothing from Drover' : stackText(configs);
    const then = preview.target.replaces === 'layer' ? `, then ${stackText(next)}` : '';
    lines.push(`    ${today}${then}: ${count(agents, 'agent')}\n`);
  }
  for (const { rolloutId, agents } of preview.supersedes) {
    lines.push(paint('yellow', `Takes ${count(agents, 'agent')} from rollout ${rolloutId}.`), '\n');
  }
  return lines.join('');
}

/** Which agents come in a wave. */
function waveText(wave: RolloutWave['wave']): string {
  if (wave === null) return 'all others';
  const who =
    wave.selector ?? (wave.percent === undefined ? `${wave.count} by chance` : `${wave.percent} % by chance`);
  return wave.approval === true ? `${who}, then approval` : who;
}

function waveLines(waves: readonly RolloutWave[], paint: Paint): string {
  if (waves.length < 2 && waves.every(({ gates }) => gates.length === 0)) return '';
  const lines = waves.map(({ index, wave, state, counts, gates }) => {
    const head = `    ${index + 1}. ${waveText(wave)}: ${paintState(paint, state)}, ${countsText(counts, paint)}\n`;
    const verdicts = gates.map(
      ({ gate, passed, text }) =>
        `       ${gate}: ${paint(passed ? 'green' : 'red', passed ? 'passed' : 'failed')}, ${printableLine(text)}\n`,
    );
    return head + verdicts.join('');
  });
  return `Waves:\n${lines.join('')}`;
}

const COUNT_NAMES = ['applied', 'failed', 'offered', 'pending', 'skipped', 'superseded'] as const;

/** `12 of 20 applied, 1 failed, …`; what is zero is left out. */
export function countsText(counts: RolloutCounts, paint: Paint): string {
  const others = COUNT_NAMES.slice(1)
    .filter((name) => counts[name] > 0)
    .map((name) => paintState(paint, name).replace(name, `${counts[name]} ${name}`));
  return [`${counts.applied} of ${counts.matched} applied`, ...others].join(', ');
}

/** One line of progress. */
export function progressText(rollout: Rollout, paint: Paint): string {
  return `${rollout.id}  ${paintState(paint, rollout.state)}  ${countsText(rollout.counts, paint)}`;
}

export function rolloutText(rollout: Rollout, failed: readonly RolloutAgent[], paint: Paint): string {
  const { strategy } = rollout;
  const rate =
    strategy.maxAgentsPerSecond === undefined
      ? ''
      : `, at most ${strategy.maxAgentsPerSecond} agents a second`;
  const fields = renderFields([
    ['Rollout', paint('bold', rollout.id)],
    ['State', paintState(paint, rollout.state)],
    [LABELS[rollout.target.replaces], stackText(rollout.target.configs)],
    ['Selector', selectorText(rollout.selector)],
    ['Strategy', `${strategy.kind}${rate}`],
    ['Agents', countsText(rollout.counts, paint)],
    ['Paused', rollout.pausedBecause === null ? '' : printableLine(rollout.pausedBecause.text)],
    ['Waits until', rollout.waitsUntil ?? ''],
    ['Standing rule', rollout.isStanding ? 'yes: agents that match later get it too' : 'no'],
    ['Message', printableLine(rollout.message)],
    ['Created', `${rollout.createdAt} by ${printableLine(rollout.createdBy)}`],
    ['Ended', rollout.endedAt ?? ''],
  ]);
  const waves = waveLines(rollout.waves, paint);
  if (rollout.counts.failed === 0) return fields + waves;
  return `${fields}${waves}Failed:\n${agentLines(failed, rollout.counts.failed)}`;
}
