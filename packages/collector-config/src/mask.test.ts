import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { Lexer } from 'yaml';
import { maskSecrets, maskSecretsInText } from './mask.ts';
import { parseCollectorConfig } from './parse.ts';
import { TokenBudget } from './token-budget.ts';

const SECRETS = `exporters:
  otlp: # password: hunter2
    endpoint: https://user:hunter2@collector.example:4317/x
    headers:
      Authorization: "Bearer hunter2" # keep
      x-api-key: hunter2
      X-Anything: hunter2
      X-Several: [hunter2, hunter2]
      api-key: \${env:API_KEY}
    tls:
      ca_file: /etc/ca.pem
      key_pem: |
        -----BEGIN PRIVATE KEY-----
        hunter2
  # token: hunter2
  kafka:
    auth: {sasl: {username: me, password: hunter2, mechanism: PLAIN}}
    datasource: host=db password=hunter2 sslmode=disable
    other_source: me:hunter2@tcp(db:3306)/x
    headers_list: a=hunter2,b=hunter2
    note: 'sent "token": "hunter2", "planted.api_key": "hunter2", then Authorization: Bearer hunter2Xa'
extensions:
  headers_setter:
    headers:
      - {action: upsert, key: X-Scope-Token, value: hunter2}
      - {action: upsert, key: tenant, default_value: hunter2, from_context: tenant_id}
  bearertokenauth: {token: 123456789, scheme: Bearer}
  basicauth: {htpasswd: {inline: "me:hunter2"}, max_tokens_file: x}
shared: &s hunter2
reuse: {password: *s}
`;

describe('masking', () => {
  test('secrets go and everything else stays', () => {
    const masked = maskSecretsInText(SECRETS);
    expect(masked).not.toContain('hunter2');
    expect(masked).not.toContain('123456789');
    for (const kept of [
      '${env:API_KEY}',
      'ca_file: /etc/ca.pem',
      'username: me',
      '# keep',
      'mechanism: PLAIN',
      'user:[REDACTED]@collector.example:4317/x',
      'max_tokens_file: x',
      'sslmode=disable',
      'from_context: tenant_id',
      'me:[REDACTED]@tcp(db:3306)/x',
    ]) {
      expect(masked).toContain(kept);
    }
  });

  test('prose about credentials stays', () => {
    const text = 'note: Bearer authentication or Basic authentication, see the headers\n';
    expect(maskSecretsInText(text)).toBe(text);
  });

  test('text that was masked still parses, and means what masking the data means', () => {
    const before = parseCollectorConfig(SECRETS.replace(/shared[\s\S]*/, ''));
    const after = parseCollectorConfig(maskSecretsInText(SECRETS.replace(/shared[\s\S]*/, '')));
    if (before.kind !== 'parsed' || after.kind !== 'parsed') throw new Error('does not parse');
    expect(after.data).toEqual(maskSecrets(before.data));
  });

  test('text without secrets is left byte for byte', () => {
    const text =
      '# a comment about a token and its password\nreceivers:\r\n  otlp: {protocols: {grpc: }}\n\n\n';
    expect(maskSecretsInText(text)).toBe(text);
  });

  test('formats that are no YAML are masked line by line', () => {
    const text =
      '[OUTPUT]\n    Name es\n    HTTP_Passwd hunter2\n    Host x: [\napi_key = "hunter2",\npassword:\n    hunter2\nnext: 1\n';
    const masked = maskSecretsInText(text);
    expect(masked).not.toContain('hunter2');
    expect(masked).toContain('Name es');
    expect(masked).toContain('next: 1');
  });

  test('a value under a sensitive key never survives, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[A-Za-z0-9+/=]{12,40}$/),
        fc.constantFrom('password', 'clientSecret', 'API-Key', 'access_token'),
        (secret, key) => {
          const text = `exporters:\n  x:\n    ${key}: ${secret}\n`;
          expect(maskSecretsInText(text)).not.toContain(secret);
          expect(maskSecretsInText(`${text}  : [`)).not.toContain(secret);
        },
      ),
    );
  });
});

/** How many tokens of YAML all readers together are handed while `run` runs. */
function tokensRead(run: () => void): number {
  const { lex } = Lexer.prototype;
  let tokens = 0;
  const spy = vi.spyOn(Lexer.prototype, 'lex').mockImplementation(function* (this: Lexer, ...args) {
    for (const token of lex.apply(this, args)) {
      tokens += 1;
      yield token;
    }
  });
  try {
    run();
    return tokens;
  } finally {
    spy.mockRestore();
  }
}

describe('the work of masking is bounded', () => {
  const many = (piece: string) => piece.repeat(Math.floor((1024 * 1024) / piece.length) - 100);

  test.each([
    ['a list', `a:\n${many('- a\n')}`],
    ['empty lines', `a: 1\n${many('\n')}`],
    ['comments', `a: 1\n${many('#\n')}`],
    ['a list in one line', `a: [${many('a,')}]`],
    ['aliases', `b: &a x\na:\n${many('- *a\n')}`],
  ])('for %s of a megabyte, which the reader would take seconds for', (_what, text) => {
    expect(tokensRead(() => maskSecretsInText(text))).toBeLessThanOrEqual(30_000);
  });

  test('for many texts together', () => {
    const budget = new TokenBudget();
    const tokens = tokensRead(() => {
      for (let count = 0; count < 50_000; count += 1) maskSecretsInText('a: b', budget);
    });
    expect(tokens).toBeLessThanOrEqual(90_000);
  });

  test('and a usual configuration of 80 KB is within it: read once for the budget and thrice to mask it', () => {
    const receivers = Array.from(
      { length: 800 },
      (_, at) =>
        `  otlp/${at}:\n    protocols:\n      grpc:\n        endpoint: 0.0.0.0:${4000 + at}\n    description: receiver ${at}\n`,
    );
    const text = `receivers:\n${receivers.join('')}exporters: {otlp: {headers: {X-Anything: hunter2}}}\n`;
    expect(text.length).toBeGreaterThan(75_000);
    expect(tokensRead(() => expect(maskSecretsInText(text)).not.toContain('hunter2'))).toBeGreaterThan(
      60_000,
    );
  });

  test('what is over it loses its secrets all the same', () => {
    const filler = Array.from({ length: 20_000 }, (_, at) => `  k${at}: v\n`).join('');
    const text = `${SECRETS.replace(/^shared[\s\S]*/m, '')}filler:\n${filler}`;
    const masked = maskSecretsInText(text);
    expect(masked).not.toContain('hunter2');
    expect(masked).not.toContain('123456789');
    expect(masked).toContain('k19999: v');
    expect(masked).toContain('user:[REDACTED]@collector.example:4317/x');
  });

  test('a long line costs no more than it is long', () => {
    const line = `${'a.'.repeat(200_000)}:b`;
    const hostile = [
      line,
      '@tcp(',
      `{${' '.repeat(200_000)}`,
      `a-${'a-'.repeat(200_000)}=x`,
      `"a"${' '.repeat(200_000)}`,
    ];
    expect(maskSecretsInText(`x: [\n${hostile.join(' ')}`)).toContain(line);
  });
});
