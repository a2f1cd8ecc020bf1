import { lazy, Suspense } from 'react';
import type { AgentFilterText } from '../data/agent-filter.ts';
import type { AgentChoosing } from './use-agent-choice.ts';

/** Nothing of it is on the first screen. */
const SelectionDock = lazy(() =>
  import('./selection-dock.tsx').then((module) => ({ default: module.SelectionDock })),
);

interface FleetSelectionProps {
  readonly choosing: AgentChoosing;
  readonly filter: AgentFilterText;
  readonly matching: number;
  readonly onForgotten: () => void;
}

/** What can be done with the agents that are chosen. */
export function FleetSelection({ choosing, filter, matching, onForgotten }: FleetSelectionProps) {
  return (
    <Suspense fallback={null}>
      <SelectionDock
        choice={choosing.choice}
        filter={filter}
        matching={matching}
        onChooseAll={choosing.chooseAll}
        onClear={choosing.clear}
        onForgotten={onForgotten}
      />
    </Suspense>
  );
}
