// Runs before the first paint, so that a chosen theme does not flash; a file of its own because the
// Content-Security-Policy allows no inline script.
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem('drover:color-scheme');
  } catch {
    // Storage is forbidden here: the system's scheme serves.
  }
  const isDark =
    chosen === 'dark' || (chosen !== 'light' && window.matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.setAttribute('data-mantine-color-scheme', isDark ? 'dark' : 'light');
})();
