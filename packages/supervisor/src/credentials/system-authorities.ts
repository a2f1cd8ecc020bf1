import * as tls from 'node:tls';

/** PEM of each authority that the system trusts. */
export function systemAuthorities(): readonly string[] {
  return tls.getCACertificates('system');
}

/**
 * Lets certificates be checked against the system's authorities too, where nothing else is said: Node.js by itself knows those that it was built with,
 * and a company's own stand in the system. Holds for the whole process; older versions of Node.js cannot, and keep theirs.
 */
export function trustSystemAuthorities(): void {
  if (typeof tls.setDefaultCACertificates !== 'function') return;
  tls.setDefaultCACertificates([...new Set([...tls.getCACertificates('default'), ...systemAuthorities()])]);
}
