import { medianFigures, type SupervisorFigures } from './supervisor-figures.ts';
import type { SupervisorSubject } from './supervisor-host.ts';
import { RECOVERED_WITHIN_MS } from './supervisor-scenarios.ts';
import { tableText } from './table.ts';

interface Row {
  readonly label: string;
  readonly name: keyof SupervisorFigures;
  readonly digits: number;
}

const ROWS: readonly Row[] = [
  { label: 'MiB resident after the start (RSS)', name: 'startedRssMiB', digits: 1 },
  { label: 'MiB of it that nobody shares (PSS)', name: 'startedPssMiB', digits: 1 },
  { label: 'MiB resident after the changes (RSS)', name: 'changedRssMiB', digits: 1 },
  { label: '% of a core while idle', name: 'idlePercent', digits: 3 },
  { label: 's from the start to the first message', name: 'firstMessageS', digits: 2 },
  { label: 's later healthy than the Collector alone, first start', name: 'laterHealthyS', digits: 2 },
  {
    label: 's later healthy than the Collector alone, every other start',
    name: 'laterHealthyAgainS',
    digits: 2,
  },
  { label: 's from an offer to the new configuration serving', name: 'servingS', digits: 2 },
  { label: 's from an offer to APPLIED', name: 'appliedS', digits: 2 },
  { label: 's without a listener during an apply', name: 'silentS', digits: 3 },
  { label: 's that a sender which retries waits at most', name: 'recordWaitS', digits: 2 },
  { label: 'records lost, with such a sender', name: 'recordsLost', digits: 0 },
  { label: 'offer that the Collector refuses: s without a listener', name: 'refusedSilentS', digits: 2 },
  { label: 'offer that the Collector refuses: s to FAILED', name: 'refusedFailedS', digits: 2 },
  { label: 'offer whose Collector dies: s until one listens again', name: 'dyingRecoveredS', digits: 2 },
  { label: 'Collector killed: s until one is healthy again', name: 'killedServingS', digits: 2 },
  { label: 'hundred offers in 2 s: starts of the Collector', name: 'startsForHundred', digits: 0 },
  { label: 'hundred offers in 2 s: s without a listener in all', name: 'silentInHundredS', digits: 2 },
  { label: 'hundred offers in 2 s: s from the last to serving it', name: 'lastOfHundredS', digits: 2 },
];

const MIB = 1024 * 1024;

/** A supervisor and what each run measured of it. */
export interface MeasuredSupervisor {
  readonly subject: SupervisorSubject;
  readonly runs: readonly SupervisorFigures[];
}

/** The median of each figure, and the ratio to the first supervisor's. */
export function supervisorReport(measured: readonly MeasuredSupervisor[]): string {
  const medians = measured.map(({ runs }) => medianFigures(runs));
  const rows = ROWS.map(({ label, name, digits }) => {
    const values = medians.map((figures): number | undefined => figures[name]);
    return rowOf(label, values, digits);
  });
  const sizes = measured.map(({ subject }) =>
    Object.values(subject.programs).reduce((sum, bytes) => sum + bytes, 0),
  );
  rows.push(
    rowOf(
      'MiB on disk',
      sizes.map((bytes) => bytes / MIB),
      1,
    ),
  );
  const heads = measured.flatMap(({ subject }, index) =>
    index === 0 ? [subject.name] : [subject.name, 'ratio'],
  );
  const notes = measured.map(({ subject }) => {
    const parts = Object.entries(subject.programs).map(
      ([what, bytes]) => `${what} ${(bytes / MIB).toFixed(1)} MiB`,
    );
    const { singleExecutableBytes: single } = subject;
    const orOne = single === undefined ? '' : `, or one executable of ${(single / MIB).toFixed(1)} MiB`;
    return `On disk, ${subject.name}: ${parts.join(', ')}${orOne}.`;
  });
  return [tableText([['', ...heads], ...rows]), '', ...notes].join('\n');
}

function rowOf(label: string, values: readonly (number | undefined)[], digits: number): string[] {
  const [base] = values;
  const cells = values.flatMap((value, index) => {
    const text = value === undefined ? `not in ${RECOVERED_WITHIN_MS / 1_000} s` : value.toFixed(digits);
    if (index === 0) return [text];
    const isComparable = value !== undefined && base !== undefined && base > 0;
    return [text, isComparable ? `×${(value / base).toFixed(2)}` : ''];
  });
  return [label, ...cells];
}
