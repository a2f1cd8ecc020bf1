import {
  IconArrowsDiff,
  IconFileSearch,
  IconFileText,
  IconHistory,
  IconPlugConnected,
  IconRoute,
  IconServer2,
  IconSettings,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';

export interface Place {
  readonly to:
    | '/agents'
    | '/configs'
    | '/search'
    | '/rollouts'
    | '/drift'
    | '/connections'
    | '/activity'
    | '/settings';
  readonly word: string;
  readonly icon: ComponentType<{ size?: number; stroke?: number }>;
  /** Goes there after `g`. */
  readonly key: string;
  /** It has a place in the bar of a phone; the others stand behind "More" there. */
  readonly isInBar?: boolean;
}

/** The pages of the navigation, in its order; the keys, the palette and the help read the same list. */
export const PLACES: readonly Place[] = [
  { to: '/agents', word: 'Fleet', icon: IconServer2, key: 'f', isInBar: true },
  { to: '/configs', word: 'Configurations', icon: IconFileText, key: 'c', isInBar: true },
  { to: '/search', word: 'Search', icon: IconFileSearch, key: 's' },
  { to: '/rollouts', word: 'Rollouts', icon: IconRoute, key: 'r', isInBar: true },
  { to: '/drift', word: 'Drift', icon: IconArrowsDiff, key: 'd', isInBar: true },
  { to: '/connections', word: 'Connections', icon: IconPlugConnected, key: 'n' },
  { to: '/activity', word: 'Activity', icon: IconHistory, key: 'a' },
  { to: '/settings', word: 'Settings', icon: IconSettings, key: ',' },
];
