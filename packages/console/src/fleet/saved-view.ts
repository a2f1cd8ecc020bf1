import type { SavedView, SavedViewPut } from '@drover/api';
import { agentFilterOf, agentFilterText } from '../data/agent-filter.ts';
import type { FleetSearchParams } from '../page-search.ts';
import { isUsual, validColumns } from './fleet-columns.tsx';

/** What the page shows, as it is saved. */
export function viewOf({ cols, sort, by, ...filter }: FleetSearchParams): SavedViewPut {
  const columns = validColumns(cols);
  return {
    filter: agentFilterOf(filter),
    ...(columns === undefined || isUsual(columns) ? {} : { columns: [...columns] }),
    ...(sort === undefined ? {} : { sort }),
    ...(by === undefined ? {} : { by }),
  };
}

/** The address of a view. */
export function searchOfView({ filter, columns, sort, by }: SavedViewPut): FleetSearchParams {
  return { ...agentFilterText(filter ?? {}), cols: columns, sort, by };
}

/** True where the page shows this view. Columns count only where the view has some of its own. */
export function isShown(view: SavedViewPut, search: FleetSearchParams): boolean {
  const shown = viewOf(search);
  const textOf = ({ filter = {}, columns, sort, by }: SavedViewPut): string =>
    JSON.stringify([
      Object.entries(filter).toSorted(([a], [b]) => (a < b ? -1 : 1)),
      view.columns === undefined ? null : columns,
      sort ?? null,
      by ?? null,
    ]);
  return textOf(view) === textOf(shown);
}

/** The default view: the whole fleet. */
export const EVERYTHING: SavedViewPut = {};

export function shownView(views: readonly SavedView[], search: FleetSearchParams): SavedView | undefined {
  // Of two that differ in their columns alone, the one that names them is meant.
  const fitting = views.filter((view) => isShown(view, search));
  return fitting.find(({ columns }) => columns !== undefined) ?? fitting[0];
}
