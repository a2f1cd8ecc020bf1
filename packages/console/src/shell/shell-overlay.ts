/** What lies over the page: one thing at a time. */
export type ShellOverlay = 'none' | 'keys' | 'palette';
