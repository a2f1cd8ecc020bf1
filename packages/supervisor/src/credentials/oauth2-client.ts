import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { ConnectionOptions } from 'node:tls';
import type { Oauth2ClientSettings, TextSource } from '../settings/settings.ts';
import type { CredentialSource } from './credential-source.ts';
import { watchedFile } from './watched-file.ts';

export interface Oauth2ClientOptions {
  readonly settings: Oauth2ClientSettings;
  /** TLS of the token endpoint, asked for each request. */
  readonly tls: () => ConnectionOptions;
  readonly now: () => number;
  readonly onProblem: (message: string) => void;
}

interface Token {
  readonly header: string;
  /** Infinity where the endpoint named no time. */
  readonly expiresAtMs: number;
}

type Style = 'header' | 'body';

const MAX_ANSWER_BYTES = 256 * 1024;

/** Fetches a token when one is needed, one request at a time, and uses it until shortly before its end. */
export function oauth2Client(options: Oauth2ClientOptions): CredentialSource {
  const { settings, now, onProblem } = options;
  const id = source(settings.clientId, onProblem);
  const secret = source(settings.clientSecret, onProblem);
  let token: Token | undefined;
  let fetching: Promise<Token> | undefined;
  // Servers differ in where they look for the client's secret; the one that worked is tried first.
  let style: Style = 'header';

  const fetchToken = async (): Promise<Token> => {
    const styles: readonly Style[] = style === 'header' ? ['header', 'body'] : ['body', 'header'];
    let refusal: Error | undefined;
    for (const each of styles) {
      const answer = await ask(options, each, id().trim(), secret().trim());
      if (answer.status === 200) {
        style = each;
        return tokenOf(answer.body, now());
      }
      refusal ??= new Error(refusalText(settings.tokenUrl, answer));
      if (answer.status !== 400 && answer.status !== 401) break;
    }
    throw refusal ?? new Error('unreachable');
  };

  return {
    async headers() {
      if (token !== undefined && now() < token.expiresAtMs - settings.expiryBufferMs)
        return { Authorization: token.header };
      fetching ??= fetchToken().finally(() => {
        fetching = undefined;
      });
      try {
        token = await fetching;
      } catch (error) {
        // The old one is still good for a while.
        if (token === undefined || now() >= token.expiresAtMs) throw error;
        onProblem(`${(error as Error).message}; the token before is used`);
      }
      return { Authorization: token.header };
    },
    refused() {
      token = undefined;
    },
  };
}

function source(from: TextSource, onProblem: (message: string) => void): () => string {
  if (from.kind === 'text') return () => from.text;
  const file = watchedFile({ path: from.path, onProblem });
  return () => file.text();
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

function ask(
  { settings, tls }: Oauth2ClientOptions,
  style: Style,
  clientId: string,
  clientSecret: string,
): Promise<Answer> {
  const form = new URLSearchParams({ grant_type: 'client_credentials' });
  if (settings.scopes.length > 0) form.set('scope', settings.scopes.join(' '));
  for (const [name, values] of Object.entries(settings.endpointParams)) {
    form.delete(name);
    for (const value of values) form.append(name, value);
  }
  if (style === 'body') {
    form.set('client_id', clientId);
    form.set('client_secret', clientSecret);
  }
  const body = form.toString();
  const url = new URL(settings.tokenUrl);
  const isSecure = url.protocol === 'https:';
  return new Promise((resolve, reject) => {
    const fail = (error: Error) =>
      reject(new Error(`no token from ${settings.tokenUrl}: ${error.message}`, { cause: error }));
    const asked = (isSecure ? httpsRequest : httpRequest)(
      url,
      {
        method: 'POST',
        agent: false,
        signal: AbortSignal.timeout(settings.timeoutMs),
        headers: {
          'Content-Type': 'application/x-www-form-urlencoded',
          'Content-Length': Buffer.byteLength(body),
          Accept: 'application/json',
          ...(style === 'header' ? { Authorization: basic(clientId, clientSecret) } : {}),
        },
        ...(isSecure ? tls() : {}),
      },
      (response) => void readAnswer(response).then(resolve, fail),
    );
    asked.on('error', fail).end(body);
  });
}

/** Both are encoded first (RFC 6749, 2.3.1). */
function basic(id: string, secret: string): string {
  const encode = (text: string) => new URLSearchParams({ '': text }).toString().slice(1);
  return `Basic ${Buffer.from(`${encode(id)}:${encode(secret)}`).toString('base64')}`;
}

async function readAnswer(response: IncomingMessage): Promise<Answer> {
  let body = '';
  response.setEncoding('utf8');
  for await (const text of response) {
    body += text;
    if (body.length > MAX_ANSWER_BYTES) throw new Error('the answer is too large');
  }
  return { status: response.statusCode ?? 0, body };
}

function tokenOf(body: string, nowMs: number): Token {
  const answer = jsonObject(body);
  const { access_token: token, token_type: type, expires_in: seconds } = answer;
  if (typeof token !== 'string' || token === '')
    throw new Error('the token endpoint answered without an access_token');
  // Some endpoints write the number as text.
  const lifeMs = seconds === undefined ? Number.NaN : Number(seconds) * 1_000;
  const scheme = typeof type === 'string' && type !== '' && !/^bearer$/i.test(type) ? type : 'Bearer';
  return {
    header: `${scheme} ${token}`,
    expiresAtMs: Number.isFinite(lifeMs) && lifeMs > 0 ? nowMs + lifeMs : Number.POSITIVE_INFINITY,
  };
}

/** The endpoint's own words (RFC 6749, 5.2); they hold no secret of ours. */
function refusalText(url: string, { status, body }: Answer): string {
  const { error, error_description: description } = jsonObject(body);
  const words = [error, description].filter((text) => typeof text === 'string').join(': ');
  return `no token from ${url}: HTTP ${status}${words && `, ${words.slice(0, 500)}`}`;
}

function jsonObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
