import { isSensitiveKey, MASK, maskSecretsInText } from '@drover/collector-config';
import type { CredentialSettings, ServerSettings, TextSource } from './settings/settings.ts';

/** Shorter values are words of every day as likely as secrets. */
const LEAST_CHARS = 8;
const MOST_VALUES = 256;

/** Variables whose name ends like that of a secret, and whose value is none. */
const HARMLESS_VARIABLES = new Set(['PWD', 'OLDPWD']);

/**
 * The values that must not leave this process in logs, status or reports: what the supervisor itself knows to be secret.
 * Beside them everything is masked that looks like a secret.
 */
export class Secrets {
  readonly #values = new Set<string>();
  #expression: RegExp | undefined;

  /** Too short a value is not kept; of more than 256 the oldest are forgotten. */
  add(...values: readonly (string | undefined)[]): void {
    for (const value of values) {
      if (value === undefined || value.length < LEAST_CHARS) continue;
      this.#values.add(value);
      const [oldest] = this.#values;
      if (this.#values.size > MOST_VALUES && oldest !== undefined) this.#values.delete(oldest);
    }
    // A secret that is part of another must not leave the rest of that one standing.
    const longestFirst = [...this.#values].sort((a, b) => b.length - a.length).map(escaped);
    this.#expression = longestFirst.length === 0 ? undefined : new RegExp(longestFirst.join('|'), 'g');
  }

  /** Of headers, the values of those that hold credentials by their name. */
  addHeaders(headers: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries(headers)) if (isSensitiveKey(name)) this.addCredential(value);
  }

  /** What an `Authorization` says, which may stand in an error without its scheme. */
  addCredential(value: string): void {
    this.add(value, value.split(/\s+/).at(-1));
  }

  /** The text as others may see it. */
  mask = (text: string): string => {
    const known = this.#expression === undefined ? text : text.replaceAll(this.#expression, MASK);
    // Nothing that looks like a secret is without one of these.
    return /[:=\s]/.test(known) ? maskSecretsInText(known) : known;
  };
}

/** The secrets that settings and environment hold. */
export function settingsSecrets(
  server: Pick<ServerSettings, 'headers' | 'credential'>,
  environments: readonly Readonly<Record<string, string | undefined>>[],
): Secrets {
  const secrets = new Secrets();
  secrets.addHeaders(server.headers);
  if (server.credential !== undefined) secrets.add(writtenSecret(server.credential));
  for (const environment of environments) {
    for (const [name, value] of Object.entries(environment)) {
      if (!HARMLESS_VARIABLES.has(name) && isSensitiveKey(name)) secrets.add(value);
    }
  }
  return secrets;
}

/** What the settings themselves say; what stands in files is learned when it is shown to the server. */
function writtenSecret(credential: CredentialSettings): string | undefined {
  const text = (source: TextSource) => (source.kind === 'text' ? source.text : undefined);
  switch (credential.kind) {
    case 'bearer_token':
      return text(credential.token);
    case 'basic_auth':
      return text(credential.password);
    case 'oauth2_client':
      return text(credential.clientSecret);
  }
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
