/** The token of an Authorization header of the scheme Bearer (RFC 6750); undefined where there is none. */
export function bearerToken(header: string | undefined): string | undefined {
  return header === undefined ? undefined : /^bearer +(\S+) *$/i.exec(header)?.[1];
}
