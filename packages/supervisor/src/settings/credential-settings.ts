import { accessSync, constants } from 'node:fs';
import type { ZodMiniType } from 'zod/mini';
import { type ExtensionInFile, type ExtensionType, extensionsInFile } from './extension-in-file.ts';
import { resolveNear } from './resolve-near.ts';
import { checkAgainst, type SettingsProblem } from './setting-problem.ts';
import type { CredentialSettings, TextSource } from './settings.ts';
import type { SettingsFile } from './settings-file.ts';
import { tlsSettings } from './tls-settings.ts';

const DEFAULT_TOKEN_TIMEOUT_MS = 10_000;
const DEFAULT_EXPIRY_BUFFER_MS = 5 * 60_000;

interface Place {
  readonly folder: string;
  /** Of the extension, in the settings file. */
  readonly path: readonly string[];
  readonly problems: SettingsProblem[];
}

/** The credential that `server.auth` names among `extensions`; every extension is checked, used or not. */
export function credentialSettings(
  file: Pick<SettingsFile, 'server' | 'extensions'>,
  folder: string,
): {
  readonly credential: CredentialSettings | undefined;
  readonly problems: readonly SettingsProblem[];
} {
  const { auth } = file.server;
  const problems: SettingsProblem[] = [];
  let credential: CredentialSettings | undefined;
  for (const [id, written] of Object.entries(file.extensions ?? {})) {
    const read = readExtension(id, written, { folder, path: ['extensions', id], problems });
    if (id === auth) credential = read;
  }
  if (auth !== undefined && !Object.hasOwn(file.extensions ?? {}, auth)) {
    problems.push({ path: ['server', 'auth'], message: `there is no "${auth}" among the extensions` });
  }
  return { credential, problems };
}

function readExtension(id: string, written: unknown, place: Place): CredentialSettings | undefined {
  const [type = ''] = id.split('/', 1);
  switch (type) {
    case 'bearertokenauth': {
      const file = checked(type, written, place);
      return file && bearerToken(file, place);
    }
    case 'basicauth': {
      const file = checked(type, written, place);
      return file && basicAuth(file, place);
    }
    case 'oauth2client': {
      const file = checked(type, written, place);
      return file && oauth2Client(file, place);
    }
    default:
      place.problems.push({
        path: place.path,
        message: `"${type}" is not known; there are ${Object.keys(extensionsInFile).join(', ')}`,
      });
      return undefined;
  }
}

function checked<Type extends ExtensionType>(
  type: Type,
  written: unknown,
  { path, problems }: Place,
): ExtensionInFile<Type> | undefined {
  const schema = extensionsInFile[type] as unknown as ZodMiniType<ExtensionInFile<Type>>;
  const result = checkAgainst(schema, written ?? {}, path);
  if (result.kind === 'valid') return result.value;
  problems.push(...result.problems);
  return undefined;
}

function bearerToken(file: ExtensionInFile<'bearertokenauth'>, place: Place): CredentialSettings | undefined {
  const [token = file.token] = file.tokens ?? [];
  const source = textSource(token, file.filename, 'token', 'filename', place);
  if (source === undefined) return undefined;
  return {
    kind: 'bearer_token',
    header: file.header ?? 'Authorization',
    scheme: file.scheme ?? 'Bearer',
    token: source,
  };
}

function basicAuth(
  { client_auth: file }: ExtensionInFile<'basicauth'>,
  place: Place,
): CredentialSettings | undefined {
  const inside = { ...place, path: [...place.path, 'client_auth'] };
  const username = textSource(file.username, file.username_file, 'username', 'username_file', inside);
  const password = textSource(file.password, file.password_file, 'password', 'password_file', inside);
  if (username === undefined || password === undefined) return undefined;
  return { kind: 'basic_auth', username, password };
}

function oauth2Client(file: ExtensionInFile<'oauth2client'>, place: Place): CredentialSettings | undefined {
  const { tls, problems } = tlsSettings(file.tls, place.folder, [...place.path, 'tls']);
  place.problems.push(...problems);
  const clientId = textSource(file.client_id, file.client_id_file, 'client_id', 'client_id_file', place);
  const clientSecret = textSource(
    file.client_secret,
    file.client_secret_file,
    'client_secret',
    'client_secret_file',
    place,
  );
  if (clientId === undefined || clientSecret === undefined) return undefined;
  return {
    kind: 'oauth2_client',
    clientId,
    clientSecret,
    tokenUrl: file.token_url,
    scopes: file.scopes ?? [],
    endpointParams: Object.fromEntries(
      Object.entries(file.endpoint_params ?? {}).map(([name, value]) => [
        name,
        typeof value === 'string' ? [value] : value,
      ]),
    ),
    timeoutMs: file.timeout ?? DEFAULT_TOKEN_TIMEOUT_MS,
    expiryBufferMs: file.expiry_buffer ?? DEFAULT_EXPIRY_BUFFER_MS,
    tls,
  };
}

/** A file goes before a text, as it does upstream. */
function textSource(
  text: string | undefined,
  file: string | undefined,
  textKey: string,
  fileKey: string,
  { folder, path, problems }: Place,
): TextSource | undefined {
  if (file === undefined) {
    if (text !== undefined && text !== '') return { kind: 'text', text };
    problems.push({ path, message: `needs ${textKey} or ${fileKey}` });
    return undefined;
  }
  const found = resolveNear(folder, file);
  try {
    accessSync(found, constants.R_OK);
  } catch (error) {
    problems.push({ path: [...path, fileKey], message: `cannot read ${file}: ${(error as Error).message}` });
  }
  return { kind: 'file', path: found };
}
