import { DARK_PHONE, DARK_WIDE, LIGHT_PHONE, LIGHT_WIDE, type Scene } from './scene.ts';

/** One agent: well, failed, unknown, with a difficult name. */
export const AGENT_SCENES: readonly Scene[] = [
  {
    name: 'agent-names',
    stage: 'names',
    path: ({ agent }) => `/agents/${agent}`,
    word: 'Capabilities',
    kept: [LIGHT_PHONE, DARK_WIDE],
  },
  {
    name: 'agent',
    stage: 'thousand',
    path: ({ agent }) => `/agents/${agent}`,
    word: 'Capabilities',
    kept: [LIGHT_WIDE, DARK_PHONE],
  },
  {
    name: 'agent-configuration',
    stage: 'thousand',
    path: ({ agent }) => `/agents/${agent}?tab=configuration`,
    word: 'line by line',
    kept: [DARK_WIDE, LIGHT_PHONE],
  },
  {
    name: 'agent-failed',
    stage: 'thousand',
    path: ({ failed }) => `/agents/${failed}?tab=configuration`,
    word: 'It failed to apply its configuration',
    kept: [LIGHT_WIDE],
  },
  {
    name: 'agent-timeline',
    stage: 'thousand',
    path: ({ agent }) => `/agents/${agent}?tab=timeline`,
    word: 'Configuration offered',
    kept: [LIGHT_PHONE],
  },
  {
    name: 'agent-history',
    stage: 'thousand',
    path: ({ agent }) => `/agents/${agent}?tab=history`,
    word: 'edge',
    kept: [],
  },
  {
    name: 'agent-connection',
    stage: 'waiting',
    path: ({ agent }) => `/agents/${agent}?tab=connection`,
    word: 'Transport',
    kept: [LIGHT_WIDE],
  },
  {
    name: 'agent-would-run',
    stage: 'thousand',
    path: ({ agent }) => `/agents/${agent}/would-run?stack=logs`,
    word: 'logs',
    kept: [],
  },
  {
    name: 'agent-unknown',
    stage: 'thousand',
    path: () => '/agents/01900000-0000-7000-8000-000000000000',
    word: 'Agent not found',
    kept: [],
  },
];
