import type { AgentSummary } from '@drover/api';
import type { DataColumn } from '../components/data-column.ts';
import { MiddleText } from '../components/middle-text.tsx';
import { agentColumns } from './agent-columns.tsx';
import styles from './fleet.module.css';
import { KEY_COLUMN } from './fleet-attributes.ts';

/** What the table shows where nobody chose. */
export const USUAL_COLUMNS: readonly string[] = agentColumns.map(({ id }) => id);
/** Its link covers the row: there is no table without it. */
export const NAME_COLUMN = 'name';
const COLUMNS_MAX = 24;
const GAP = 12;
const PADDING = 32;

/** Columns that exist, the name among them; undefined where none does. */
export function validColumns(ids: readonly string[] | undefined): readonly string[] | undefined {
  const valid = (ids ?? []).filter((id) => USUAL_COLUMNS.includes(id) || KEY_COLUMN.test(id));
  if (valid.length === 0) return undefined;
  return (valid.includes(NAME_COLUMN) ? valid : [NAME_COLUMN, ...valid]).slice(0, COLUMNS_MAX);
}

export function isUsual(ids: readonly string[]): boolean {
  return ids.join() === USUAL_COLUMNS.join();
}

export function columnWord(id: string): string {
  return agentColumns.find((column) => column.id === id)?.header ?? id.replace(KEY_COLUMN, '$2');
}

/**
 * The usual columns leave out what is least missed where the table is narrow; those that somebody chose are left out
 * from the end.
 */
export function columnsOf(ids: readonly string[]): readonly DataColumn<AgentSummary>[] {
  if (isUsual(ids)) return agentColumns;
  let width = PADDING - GAP;
  return ids.map((id) => {
    const column = agentColumns.find((each) => each.id === id) ?? columnOfKey(id);
    width += GAP + Number(/(\d+)px/.exec(column.track)?.[1] ?? 0);
    return { ...column, minTableWidth: width };
  });
}

function columnOfKey(id: string): DataColumn<AgentSummary> {
  const [, scope, key = ''] = KEY_COLUMN.exec(id) ?? [];
  return {
    id,
    header: key,
    track: 'minmax(110px, 1fr)',
    cell: (agent) => {
      const value = (scope === 'label' ? agent.labels : agent.attributes)?.[key];
      return value === undefined ? (
        <span className={styles.faint}>–</span>
      ) : (
        <span className={styles.muted}>
          <MiddleText text={value} />
        </span>
      );
    },
  };
}
