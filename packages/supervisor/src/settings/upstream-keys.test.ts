import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readSettings } from './read-settings.ts';

const GUIDE = readFileSync(
  new URL('../../../../docs/guides/from-opampsupervisor.md', import.meta.url),
  'utf8',
);

/** Every key of the upstream supervisor (v0.159), with a value that asks for something. */
const UPSTREAM: Readonly<Record<string, unknown>> = {
  'server.endpoint': 'wss://fleet.example/v1/opamp',
  'server.headers': { 'X-Site': ['a', 'b'] },
  'server.auth': 'bearertokenauth/own',
  'server.tls.ca_file': 'x.pem',
  'server.tls.ca_pem': '-----BEGIN CERTIFICATE-----',
  'server.tls.cert_file': 'x.pem',
  'server.tls.cert_pem': '-----BEGIN CERTIFICATE-----',
  'server.tls.key_file': 'x.pem',
  'server.tls.key_pem': '-----BEGIN PRIVATE KEY-----',
  'server.tls.insecure': true,
  'server.tls.insecure_skip_verify': true,
  'server.tls.server_name_override': 'other.example',
  'server.tls.min_version': '1.3',
  'server.tls.max_version': '1.3',
  'server.tls.cipher_suites': ['TLS_AES_128_GCM_SHA256'],
  'server.tls.curve_preferences': ['X25519'],
  'server.tls.include_system_ca_certs_pool': true,
  'server.tls.reload_interval': '1m',
  'capabilities.accepts_remote_config': true,
  'capabilities.accepts_restart_command': true,
  'capabilities.accepts_opamp_connection_settings': true,
  'capabilities.accepts_packages': true,
  'capabilities.reports_effective_config': true,
  'capabilities.reports_own_metrics': true,
  'capabilities.reports_own_logs': true,
  'capabilities.reports_own_traces': true,
  'capabilities.reports_health': true,
  'capabilities.reports_remote_config': true,
  'capabilities.reports_available_components': true,
  'capabilities.reports_heartbeat': true,
  'storage.directory': './state',
  'agent.executable': '/usr/local/bin/otelcol',
  'agent.instance_id': '01930000-0000-7000-8000-00000000000a',
  'agent.orphan_detection_interval': '5s',
  'agent.description.identifying_attributes': { 'service.name': 'x' },
  'agent.description.non_identifying_attributes': { site: 'x' },
  'agent.description.include_resource_attributes': true,
  'agent.config_apply_timeout': '5s',
  'agent.bootstrap_timeout': '3s',
  'agent.opamp_server_port': 4500,
  'agent.opamp_server_unix_socket': '/run/x.sock',
  'agent.passthrough_logs': true,
  'agent.collector_crash_log_snippet_kib': 4,
  'agent.automatic_config_rollback': true,
  'agent.use_hup_config_reload': true,
  'agent.validate_config': true,
  'agent.config_files': ['$OWN_TELEMETRY_CONFIG', 'x.yaml', '$OPAMP_EXTENSION_CONFIG', '$REMOTE_CONFIG'],
  'agent.args': ['--feature-gates=x'],
  'agent.env': { X: '1' },
  'agent.startup_fallback_configs': ['x.yaml'],
  'agent.initial_fallback_configs': ['x.yaml'],
  'agent.package': { agent_binary: 'otelcol' },
  'telemetry.logs.level': 'debug',
  'telemetry.logs.encoding': 'console',
  'telemetry.logs.output_paths': ['stdout'],
  'telemetry.logs.error_output_paths': ['stderr'],
  'telemetry.logs.processors': [{ batch: {} }],
  'telemetry.metrics': { level: 'normal' },
  'telemetry.traces': { level: 'basic' },
  'telemetry.resource': { 'service.name': 'x' },
  'healthcheck.endpoint': 'localhost:13133',
  'healthcheck.tls': { cert_file: 'x' },
  'extensions.bearertokenauth': { token: 'x' },
  'extensions.basicauth': { client_auth: { username: 'x', password: 'y' } },
  'extensions.oauth2client': { client_id: 'x', client_secret: 'y', token_url: 'https://idp.example' },
};

/** What a key does not make sense without. */
const BESIDE: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'server.auth': { 'extensions.bearertokenauth/own': { token: 'x' } },
  'server.tls.cert_file': { 'server.tls.key_file': 'x.pem' },
  'server.tls.cert_pem': { 'server.tls.key_pem': 'x' },
  'server.tls.key_file': { 'server.tls.cert_file': 'x.pem' },
  'server.tls.key_pem': { 'server.tls.cert_pem': 'x' },
  'extensions.bearertokenauth': { 'server.auth': 'bearertokenauth' },
  'extensions.basicauth': { 'server.auth': 'basicauth' },
  'extensions.oauth2client': { 'server.auth': 'oauth2client' },
};

const rows = [...GUIDE.matchAll(/^\| `([a-z0-9_.]+)` \| (same|different|no effect) \|/gm)].map(
  ([, key = '', verdict = '']) => ({ key, verdict }),
);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'drover-upstream-'));
  writeFileSync(join(folder, 'x.pem'), '-----BEGIN CERTIFICATE-----');
  writeFileSync(join(folder, 'x.yaml'), '{}');
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A settings file with these keys, given as paths. */
function read(keys: Readonly<Record<string, unknown>>) {
  const document: Record<string, unknown> = {};
  for (const [path, value] of Object.entries(keys)) {
    const steps = path.split('.');
    let place = document;
    for (const step of steps.slice(0, -1)) {
      place[step] ??= {};
      place = place[step] as Record<string, unknown>;
    }
    place[steps.at(-1) ?? ''] = value;
  }
  const file = join(folder, 'supervisor.yaml');
  // JSON is YAML.
  writeFileSync(file, JSON.stringify(document));
  return readSettings(file, {});
}

const REQUIRED = { 'server.endpoint': 'wss://h/v1/opamp', 'agent.executable': '/x' };

test("the guide has a row for each of upstream's keys, and no other", () => {
  expect(rows.map(({ key }) => key)).toEqual(Object.keys(UPSTREAM));
});

describe.each(rows)('$key is said to be: $verdict', ({ key, verdict }) => {
  test('it is read, and named at start where it has no effect', () => {
    const result = read({ ...REQUIRED, ...BESIDE[key], [key]: UPSTREAM[key] });
    if (result.kind === 'invalid') throw new Error(result.problems.join('\n'));
    const named = result.notices.filter((notice) => notice.startsWith(`${key}:`));
    expect(named).toHaveLength(verdict === 'no effect' ? 1 : 0);
  });
});

test('a key that upstream has not is an error that names it', () => {
  for (const key of ['server.proxy_url', 'agent.run_dir', 'nonsense', 'capabilities.accepts_all'])
    expect(read({ ...REQUIRED, [key]: 'x' })).toMatchObject({
      kind: 'invalid',
      problems: [expect.stringContaining(key.split('.').at(-1) ?? '')],
    });
});

test("all of upstream's keys at once make one valid file", () => {
  const {
    'server.tls.ca_pem': _ca,
    'server.tls.cert_pem': _cert,
    'server.tls.key_pem': _key,
    ...rest
  } = UPSTREAM;
  const result = read({ ...rest, ...BESIDE['server.auth'] });
  expect(result.kind === 'invalid' ? result.problems : []).toEqual([]);
});
