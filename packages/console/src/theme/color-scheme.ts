import { localStorageColorSchemeManager } from '@mantine/core';

/** Under the key that `public/color-scheme.js` reads before the first paint. */
export function colorSchemeManager() {
  return localStorageColorSchemeManager({ key: 'drover:color-scheme' });
}
