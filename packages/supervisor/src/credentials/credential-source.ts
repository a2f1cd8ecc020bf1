/** Where the credential of the link to the server comes from. */
export interface CredentialSource {
  /** Headers for the next connection or request. Throws or rejects where there is no credential to be had. */
  headers(): Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>;
  /** The server refused the last ones: where others can be had, those come next. */
  refused(): void;
}
