/** A named value that configurations refer to as `${drover:secret.NAME}`; kept sealed. */
export interface ConfigSecret {
  readonly name: string;
  /** Grows with each new value, also after the secret was removed and made again. */
  readonly version: number;
  readonly sealed: Uint8Array;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly author: string;
}

/** What a value is sealed for: it opens nowhere else. */
export function sealContext({ name, version }: Pick<ConfigSecret, 'name' | 'version'>): string {
  return `config secret ${name} v${version}`;
}
