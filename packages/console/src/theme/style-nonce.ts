/** The nonce that the server wrote into this page; styles made at run time carry it, scripts are never made. */
export function styleNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';
}
