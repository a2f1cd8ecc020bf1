import { DARK_PHONE, DARK_WIDE, LIGHT_PHONE, LIGHT_WIDE, type Scene } from './scene.ts';

const HOUR_MS = 3_600_000;

/** The fleet, empty, small, large, narrowed, with difficult names, and with a clock that is off. */
export const FLEET_SCENES: readonly Scene[] = [
  { name: 'fleet-one', stage: 'one', path: () => '/agents', word: '1 agent', kept: [DARK_WIDE] },
  {
    name: 'fleet',
    stage: 'thousand',
    path: () => '/agents',
    word: '1,000 agents',
    kept: [LIGHT_WIDE, DARK_WIDE, LIGHT_PHONE, DARK_PHONE],
  },
  {
    name: 'fleet-unhealthy',
    stage: 'thousand',
    path: () => '/agents?health=unhealthy',
    word: 'of 1,000 agents',
    kept: [LIGHT_WIDE],
  },
  {
    name: 'fleet-none-matches',
    stage: 'thousand',
    path: () => '/agents?q=nothing-like-this',
    word: 'No agent matches',
    kept: [DARK_WIDE],
  },
  {
    name: 'fleet-wrong-selector',
    stage: 'thousand',
    path: () => '/agents?q=os.type==linux',
    word: 'column',
    kept: [],
  },
  {
    name: 'fleet-clock-ahead',
    stage: 'thousand',
    path: () => '/agents',
    word: '1,000 agents',
    clockAheadMs: 5 * HOUR_MS,
    kept: [LIGHT_WIDE],
  },
  {
    name: 'fleet-names',
    stage: 'names',
    path: () => '/agents',
    word: 'agents',
    kept: [LIGHT_WIDE, DARK_PHONE],
  },
];
