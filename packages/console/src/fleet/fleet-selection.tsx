import { lazy, Suspense } from 'react';
import { partCode } from '../data/page-code.ts';
import type { ChosenAgents } from './agent-choice.ts';

/** Nothing of it is on the first screen. */
const SelectionDock = lazy(
  partCode(() => import('./selection-dock.tsx').then((module) => ({ default: module.SelectionDock }))),
);

interface FleetSelectionProps {
  readonly agents: ChosenAgents;
  readonly matching: number;
  readonly onChooseAll: () => void;
  readonly onClear: () => void;
  readonly onForgotten: () => void;
}

/** What can be done with the agents that are chosen. */
export function FleetSelection(props: FleetSelectionProps) {
  return (
    <Suspense fallback={null}>
      <SelectionDock {...props} />
    </Suspense>
  );
}
