/** Where to go after the login: a page of this console, and never another site. */
export function safeNext(next: string | undefined, rootPath: string, origin: string): string {
  const home = `${rootPath}agents`;
  if (next === undefined || !URL.canParse(next, origin)) return home;
  const url = new URL(next, origin);
  const isHere = url.origin === origin && url.pathname.startsWith(rootPath);
  return isHere && url.pathname !== `${rootPath}login` ? url.pathname + url.search : home;
}
