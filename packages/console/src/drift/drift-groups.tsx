import type { DriftGroup } from '@drover/api';
import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { DataColumn } from '../components/data-column.ts';
import { DataTable } from '../components/data-table.tsx';
import { countOf, formatCount } from '../components/format.ts';
import layout from '../components/layout.module.css';
import { StateBadge } from '../components/state-badge.tsx';
import type { StateWord } from '../components/tone.ts';
import styles from './drift.module.css';

const CHANGES: Record<DriftGroup['change'], StateWord> = {
  missing: { tone: 'broken', word: 'Missing' },
  extra: { tone: 'look', word: 'Not intended' },
  changed: { tone: 'broken', word: 'Different value' },
};

function valueText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function Values({ group: { change, intended, effective } }: { readonly group: DriftGroup }) {
  if (change === 'missing') {
    return <span className={styles.values}>not set</span>;
  }
  if (change === 'extra') return <span className={styles.values}>set</span>;
  const title = `intended ${valueText(intended)}, effective ${valueText(effective)}`;
  return (
    <span className={styles.values} title={title}>
      <code>{valueText(effective)}</code>, intended <code>{valueText(intended)}</code>
    </span>
  );
}

interface GroupActs {
  readonly selector: string;
  readonly onReassert: (group: DriftGroup) => void;
}

function PathLink({ group, selector }: { readonly group: DriftGroup; readonly selector: string }) {
  return (
    <Link
      to="/drift"
      search={{ selector: selector === '' ? undefined : selector, path: group.path }}
      resetScroll={false}
      data-row-link
      className={styles.path}
      title={group.path}
    >
      <code>{group.path}</code>
    </Link>
  );
}

function Reassert({ group, onReassert }: { readonly group: DriftGroup } & Pick<GroupActs, 'onReassert'>) {
  return (
    <Button
      className={styles.above}
      variant="subtle"
      size="compact-sm"
      aria-label={`Re-assert where ${group.path} differs`}
      onClick={() => onReassert(group)}
    >
      Re-assert…
    </Button>
  );
}

function columnsFor({ selector, onReassert }: GroupActs): readonly DataColumn<DriftGroup>[] {
  return [
    {
      id: 'path',
      header: 'Setting',
      track: 'minmax(180px, 1.4fr)',
      cell: (group) => <PathLink group={group} selector={selector} />,
    },
    {
      id: 'change',
      header: 'Difference',
      track: '128px',
      cell: ({ change }) => <StateBadge state={CHANGES[change]} />,
    },
    {
      id: 'values',
      header: 'Effective value',
      track: 'minmax(160px, 2fr)',
      minTableWidth: 760,
      cell: (group) => <Values group={group} />,
    },
    {
      id: 'agents',
      header: 'Agents',
      track: '84px',
      align: 'end',
      cell: ({ agents }) => <strong>{formatCount(agents)}</strong>,
    },
    {
      id: 'act',
      header: 'Actions',
      track: '116px',
      align: 'end',
      cell: (group) => <Reassert group={group} onReassert={onReassert} />,
    },
  ];
}

/** The same difference once, that of most agents first; a row shows who drifts there. */
export function DriftGroups(
  props: GroupActs & {
    readonly groups: readonly DriftGroup[];
    readonly total: number;
    readonly onNearEnd: () => void;
  },
) {
  const { selector, onReassert } = props;
  const columns = useMemo(() => columnsFor({ selector, onReassert }), [selector, onReassert]);
  return (
    <DataTable
      label="Differences"
      columns={columns}
      rows={props.groups}
      total={props.total}
      rowKey={(group) => JSON.stringify([group.path, group.change, group.intended, group.effective])}
      compactHeight={104}
      compact={(group) => (
        <div className={layout.card}>
          <PathLink group={group} selector={selector} />
          <Values group={group} />
          <div className={layout.cardLine}>
            <StateBadge state={CHANGES[group.change]} />
            <span className={layout.muted}>{countOf(group.agents, 'agent')}</span>
            <Reassert group={group} onReassert={onReassert} />
          </div>
        </div>
      )}
      onNearEnd={props.onNearEnd}
    />
  );
}
