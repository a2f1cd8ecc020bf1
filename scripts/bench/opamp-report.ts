import type { OpampFigures } from './opamp-figures.ts';
import { tableText } from './table.ts';

interface Row {
  readonly label: string;
  readonly read: (figures: OpampFigures) => number | undefined;
  readonly digits: number;
  readonly must?: number;
  readonly aim?: number;
  /** The larger the better. */
  readonly isRate?: boolean;
}

const ROWS: readonly Row[] = [
  { label: 'CPU µs a new connection, answered', read: (f) => f.connectCpuUs, digits: 0, must: 350, aim: 200 },
  { label: 'CPU µs a heartbeat', read: (f) => f.heartbeatCpuUs, digits: 1, must: 35, aim: 20 },
  { label: 'CPU µs a status change of 4 KB', read: (f) => f.statusCpuUs, digits: 1, must: 60, aim: 35 },
  {
    label: 'CPU µs an agent pushed, both statuses taken',
    read: (f) => f.pushCpuUs,
    digits: 0,
    must: 200,
    aim: 100,
  },
  {
    label: 'heartbeats a second',
    read: (f) => f.heartbeatsPerSecond,
    digits: 0,
    must: 30_000,
    aim: 50_000,
    isRate: true,
  },
  { label: 'resident KiB an agent', read: (f) => f.kibPerAgent, digits: 1, must: 25, aim: 15 },
  { label: 'push: s to the last offer', read: (f) => f.pushLastOfferSeconds, digits: 2, must: 1, aim: 0.4 },
  { label: 'push: s to the last ack', read: (f) => f.pushAckedSeconds, digits: 2, must: 1.5, aim: 0.6 },
  { label: 'kill -9: s to ready', read: (f) => f.crashReadySeconds, digits: 2, must: 1, aim: 0.3 },
  {
    label: 'kill -9: s from ready to all answered',
    read: (f) => f.crashBackSeconds,
    digits: 2,
    must: 3,
    aim: 1,
  },
  { label: 'kill -9: s from ready to the last full report', read: (f) => f.crashSettledSeconds, digits: 2 },
  { label: 'kill -9: agents asked for full state on return', read: (f) => f.crashAsked, digits: 0 },
  { label: 'kill -9: asked with later heartbeats', read: (f) => f.crashAskedLater, digits: 0 },
  { label: 'kill -9: s of heartbeats until nobody is asked', read: (f) => f.crashAskedForSeconds, digits: 0 },
  { label: 'planned restart: s from end to all answered', read: (f) => f.plannedBackSeconds, digits: 2 },
  { label: 'planned restart: agents asked for full state', read: (f) => f.plannedAsked, digits: 0, aim: 0 },
  { label: 'MiB resident before any agent', read: (f) => f.baseMiB, digits: 0 },
  { label: 'MiB resident with all agents', read: (f) => f.loadedMiB, digits: 0 },
  { label: 'CPU ms a second, all idle', read: (f) => f.idleCpuUsPerSecond / 1_000, digits: 1 },
];

function verdict(row: Row, value: number): string {
  const reaches = (bar: number | undefined): boolean =>
    bar !== undefined && (row.isRate ? value >= bar : value <= bar);
  if (reaches(row.aim)) return 'aim';
  if (reaches(row.must)) return 'must';
  return row.must === undefined ? '' : 'missed';
}

const text = (value: number | undefined, digits: number): string =>
  value === undefined ? '' : value.toFixed(digits);

/** One server and what was measured of it. */
export interface Measured {
  readonly name: string;
  readonly figures: OpampFigures;
}

/** The table of `performance.md`, with what was measured now; ratios are to the first, the verdict is on the last. */
export function opampReport(measured: readonly Measured[]): string {
  const base = measured[0]?.figures;
  const rows = ROWS.map((row) => {
    const values = measured.map(({ figures }) => row.read(figures));
    const beside = base && row.read(base);
    const cells = values.flatMap((value, index) => {
      const ratio = index === 0 || !beside || value === undefined ? '' : `×${(value / beside).toFixed(2)}`;
      return index === 0 ? [text(value, row.digits)] : [text(value, row.digits), ratio];
    });
    const last = values.at(-1);
    return [
      row.label,
      ...cells,
      text(row.must, row.must !== undefined && row.must < 10 ? 1 : 0),
      text(row.aim, row.aim !== undefined && row.aim < 1 && row.aim > 0 ? 1 : 0),
      last === undefined ? '' : verdict(row, last),
    ];
  }).filter((cells) => cells[1] !== '');
  const heads = measured.flatMap(({ name }, index) => (index === 0 ? [name] : [name, 'ratio']));
  const remarks = measured.flatMap(({ name, figures }) =>
    figures.remarks.map((remark) => `${name}: ${remark}`),
  );
  return [tableText([['', ...heads, 'must', 'aim', 'reached'], ...rows]), ...remarks].join('\n');
}
