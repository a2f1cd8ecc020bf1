import { DARK_PHONE, DARK_WIDE, LIGHT_PHONE, LIGHT_WIDE, type Scene } from './scene.ts';

/** Connections, activity and settings. */
export const CONTROL_SCENES: readonly Scene[] = [
  {
    name: 'connections',
    stage: 'thousand',
    path: () => '/connections?tab=tokens',
    word: 'rack-installer',
    kept: [DARK_WIDE],
  },
  {
    name: 'connections-waiting',
    stage: 'waiting',
    path: () => '/connections',
    word: 'Approve',
    kept: [LIGHT_WIDE, LIGHT_PHONE],
  },
  {
    name: 'credentials',
    stage: 'waiting',
    path: () => '/connections?tab=credentials',
    word: 'Credentials',
    kept: [DARK_WIDE],
  },
  {
    name: 'activity',
    stage: 'thousand',
    path: () => '/activity',
    word: 'edge',
    kept: [LIGHT_WIDE, DARK_PHONE],
  },
  {
    name: 'activity-agents',
    stage: 'thousand',
    path: () => '/activity?tab=agents',
    word: 'ago',
    kept: [DARK_WIDE],
  },
  { name: 'settings', stage: 'thousand', path: () => '/settings', word: 'Memory', kept: [LIGHT_WIDE] },
  {
    name: 'settings-all',
    stage: 'thousand',
    path: () => '/settings?tab=settings',
    word: 'opamp.listen',
    kept: [DARK_WIDE],
  },
  { name: 'settings-access', stage: 'thousand', path: () => '/settings?tab=access', word: 'admin', kept: [] },
  {
    name: 'settings-schemas',
    stage: 'thousand',
    path: () => '/settings?tab=schemas',
    word: 'otelcol',
    kept: [],
  },
];
