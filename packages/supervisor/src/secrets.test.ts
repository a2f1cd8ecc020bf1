import { expect, test } from 'vitest';
import { Secrets, settingsSecrets } from './secrets.ts';
import type { CredentialSettings } from './settings/settings.ts';

test('what settings and environment hold does not get out, wherever it stands', () => {
  const { mask } = settingsSecrets(
    { headers: { Authorization: 'Bearer abcdefgh-1', 'X-Tenant': 'production' }, credential: undefined },
    [
      { BACKEND_TOKEN: 'marker-one', PWD: '/var/lib/agent', REGION: 'eu-west-1' },
      { DB_PASSWORD: 'marker/two+(x)' },
    ],
  );
  expect(mask('dial marker-one@host: marker/two+(x) refused abcdefgh-1')).toBe(
    'dial [REDACTED]@host: [REDACTED] refused [REDACTED]',
  );
  expect(mask('/var/lib/agent in eu-west-1 of production')).toBe('/var/lib/agent in eu-west-1 of production');
});

test('a credential that stands in the settings does not get out', () => {
  const text = (value: string) => ({ kind: 'text', text: value }) as const;
  const masked = (credential: CredentialSettings) =>
    settingsSecrets({ headers: {}, credential }, []).mask('who is known-to-us');
  const oauth = { scopes: [], endpointParams: {}, timeoutMs: 1, expiryBufferMs: 1, tls: undefined };
  for (const credential of [
    { kind: 'bearer_token', header: 'X', scheme: '', token: text('known-to-us') },
    { kind: 'basic_auth', username: text('me'), password: text('known-to-us') },
    {
      kind: 'oauth2_client',
      clientId: text('me'),
      clientSecret: text('known-to-us'),
      tokenUrl: '',
      ...oauth,
    },
  ] as const)
    expect(masked(credential)).toBe('who is [REDACTED]');
});

test('what looks like a secret is masked too', () => {
  const { mask } = new Secrets();
  expect(mask('cannot reach https://user:hunter2@backend')).not.toContain('hunter2');
  expect(mask('rejected {"token":"hunter2"} for Bearer x7Fq2mzzz')).toBe(
    'rejected {"token":"[REDACTED]"} for Bearer [REDACTED]',
  );
  expect(mask('api_key: hunter2\nnext line')).not.toContain('hunter2');
});

test('a secret within another leaves nothing of it, and short values are no secrets', () => {
  const secrets = new Secrets();
  secrets.add('12345678', '1234567890', 'true', undefined);
  expect(secrets.mask('1234567890 12345678 true')).toBe('[REDACTED] [REDACTED] true');
});

test('of more than it can hold the oldest are forgotten', () => {
  const secrets = new Secrets();
  for (let value = 0; value < 300; value++) secrets.add(`secret-value-${value}-`);
  expect(secrets.mask('secret-value-0-')).toBe('secret-value-0-');
  expect(secrets.mask('secret-value-299-')).toBe('[REDACTED]');
});
