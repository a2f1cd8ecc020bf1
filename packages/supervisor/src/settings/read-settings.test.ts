import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readSettings } from './read-settings.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drover-settings-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function read(text: string, env: Record<string, string> = {}) {
  const file = join(folder, 'supervisor.yaml');
  writeFileSync(file, text);
  return readSettings(file, env);
}

function settingsOf(text: string, env: Record<string, string> = {}) {
  const result = read(text, env);
  if (result.kind === 'invalid') throw new Error(result.problems.join('\n'));
  const [first] = result.settings.agents;
  const agent = first?.kind === 'collector' ? first : undefined;
  return { ...result.settings, notices: result.notices, agent };
}

function problemsOf(text: string) {
  const result = read(text);
  return result.kind === 'invalid' ? result.problems : [];
}

const SEED = `server:
  endpoint: ws://127.0.0.1:4320/v1/opamp

agent:
  executable: $OTEL_COLLECTOR_BINARY
`;

test("the seed page's file works as it stands", () => {
  const settings = settingsOf(SEED, { OTEL_COLLECTOR_BINARY: '/usr/local/bin/otelcol' });
  expect(settings.server.url).toBe('ws://127.0.0.1:4320/v1/opamp');
  expect(settings.agent?.executable).toBe('/usr/local/bin/otelcol');
  expect(settings.agent?.standaloneConfig).toBe(join(folder, 'effective.yaml'));
  expect(settings.storageFolder).toBe(join(folder, 'storage'));
  expect(settings.notices).toEqual([]);
});

test('without the key, all that can be kept is announced', () => {
  const { agent } = settingsOf(SEED, { OTEL_COLLECTOR_BINARY: '/x' });
  expect(new Set(agent?.capabilities)).toEqual(
    new Set([
      'ReportsStatus',
      'AcceptsRemoteConfig',
      'ReportsEffectiveConfig',
      'ReportsHealth',
      'ReportsRemoteConfig',
      'ReportsAvailableComponents',
      'ReportsOwnMetrics',
      'ReportsConnectionSettingsStatus',
      'AcceptsRestartCommand',
      'ReportsHeartbeat',
    ]),
  );
});

test("upstream's example works, and upstream's defaults hold for what it leaves out", () => {
  const settings = settingsOf(`
server: {endpoint: "ws://127.0.0.1:4320/v1/opamp", tls: {insecure_skip_verify: true}}
capabilities: {accepts_remote_config: true, reports_effective_config: true, reports_own_metrics: false, reports_health: true, reports_remote_config: true}
agent: {executable: /usr/local/bin/otelcol-contrib}
storage: {directory: ./state}
`);
  expect(settings.server.tls?.insecureSkipVerify).toBe(true);
  expect(settings.storageFolder).toBe(join(folder, 'state'));
  expect(settings.agent?.capabilities).toEqual([
    'ReportsStatus',
    'AcceptsRemoteConfig',
    'ReportsRemoteConfig',
    'ReportsEffectiveConfig',
    'ReportsHealth',
    'ReportsHeartbeat',
  ]);
});

test('an empty capabilities key accepts no remote configuration', () => {
  const { agent } = settingsOf(
    'server: {endpoint: "ws://h/v1/opamp"}\nagent: {executable: /x}\ncapabilities: {}\n',
  );
  expect(agent?.capabilities).not.toContain('AcceptsRemoteConfig');
  expect(agent?.capabilities).not.toContain('ReportsAvailableComponents');
});

test('every problem is listed at once, each with its path', () => {
  expect(
    problemsOf(`
server: {endpoint: "tcp://x", tls: {ca: x}}
agent: {executable: $NOT_SET, config_apply_timeout: soon, opamp_server_port: 70000, colour: red}
storage: {directory: s}
nonsense: 1
`).map((problem) => problem.split(':')[0]),
  ).toEqual(
    expect.arrayContaining([
      'agent.executable',
      'server.endpoint',
      'server.tls',
      'agent.config_apply_timeout',
      'agent.opamp_server_port',
      'agent',
      '(top level)',
    ]),
  );
});

test('a variable that is not set is named once, and nothing else is said of that key', () => {
  expect(problemsOf(SEED)).toEqual([
    'agent.executable: the environment variable OTEL_COLLECTOR_BINARY is not set',
  ]);
});

test('YAML that does not parse gives line and column', () => {
  const [problem] = problemsOf('server: {endpoint: [}\n');
  expect(problem).toContain('line 1, column');
});

test('a file that is not there is a problem, no crash', () => {
  const result = readSettings(join(folder, 'none.yaml'), {});
  expect(result).toMatchObject({ kind: 'invalid', problems: [expect.stringContaining('none.yaml')] });
});

test('numbers and booleans may come from the environment', () => {
  const { agent, server } = settingsOf(
    'server: {endpoint: "wss://h/v1/opamp", tls: {insecure_skip_verify: "${env:SKIP}"}}\nagent: {executable: /x, opamp_server_port: "${env:PORT}"}\n',
    { SKIP: 'true', PORT: '4400' },
  );
  expect(server.tls?.insecureSkipVerify).toBe(true);
  expect(agent?.localPort).toBe(4400);
});

test('local layers keep their order around the remote configuration', () => {
  const { agent } = settingsOf(`
server: {endpoint: "ws://h/v1/opamp"}
agent:
  executable: /x
  config_files: [$OWN_TELEMETRY_CONFIG, base.yaml, $OPAMP_EXTENSION_CONFIG, $REMOTE_CONFIG, policy.yaml]
`);
  expect(agent?.layers).toEqual([
    { kind: 'file', path: join(folder, 'base.yaml') },
    { kind: 'remote' },
    { kind: 'file', path: join(folder, 'policy.yaml') },
  ]);
});

test('without its token the remote configuration comes last', () => {
  const { agent } = settingsOf(
    'server: {endpoint: "ws://h"}\nagent: {executable: /x, config_files: [a.yaml]}\n',
  );
  expect(agent?.layers.at(-1)).toEqual({ kind: 'remote' });
});

test('what has no effect is named', () => {
  const { notices } = settingsOf(`
server: {endpoint: "ws://h", tls: {curve_preferences: [X25519]}}
capabilities: {accepts_packages: true, reports_own_metrics: true}
agent: {executable: /x, bootstrap_timeout: 3s, passthrough_logs: false}
telemetry: {logs: {level: DEBUG, encoding: json, processors: []}, metrics: {level: none}}
healthcheck: {endpoint: ':13133', tls: {cert_file: x}}
`);
  expect(notices.map((notice) => notice.split(':')[0])).toEqual([
    'server.tls.curve_preferences',
    'capabilities.accepts_packages',
    'agent.bootstrap_timeout',
    'telemetry.metrics',
    'telemetry.logs.processors',
    'healthcheck.tls',
  ]);
});

test('logs go where the settings say, relative paths beside the settings file', () => {
  const logs = (text: string) =>
    settingsOf(`${text}\nserver: {endpoint: "ws://h"}\nagent: {executable: /x}\n`).logs;
  expect(logs('')).toEqual({ level: 'info', encoding: 'json', outputPaths: ['stderr'], fields: {} });
  expect(
    logs(
      'telemetry: {logs: {level: FATAL, encoding: console, output_paths: [stdout, s.log, file:///var/log/s.log], initial_fields: {site: a1}}}',
    ),
  ).toEqual({
    level: 'error',
    encoding: 'console',
    outputPaths: ['stdout', join(folder, 's.log'), '/var/log/s.log'],
    fields: { site: 'a1' },
  });
});

test.each([
  ['127.0.0.1:13133', '127.0.0.1:13133'],
  [':13133', ':13133'],
  ['[::1]:13133', '[::1]:13133'],
  ['localhost:0', undefined],
  ['', undefined],
])('healthcheck.endpoint "%s" is %s', (text, expected) => {
  const file = `server: {endpoint: "ws://h"}\nagent: {executable: /x}\nhealthcheck: {endpoint: "${text}"}\n`;
  expect(settingsOf(file).healthcheckListen).toBe(expected);
});

test.each(['localhost', '13133', 'host:port', ':70000', 'http://localhost:13133'])(
  'healthcheck.endpoint "%s" is a problem',
  (text) => {
    const file = `server: {endpoint: "ws://h"}\nagent: {executable: /x}\nhealthcheck: {endpoint: "${text}"}\n`;
    expect(problemsOf(file)).toEqual(['healthcheck.endpoint: must be host:port or :port']);
  },
);

test('certificates are found beside the settings file, and a missing one is a problem', () => {
  mkdirSync(join(folder, 'tls'));
  writeFileSync(join(folder, 'tls/ca.pem'), 'CERTIFICATE');
  const file = (ca: string) =>
    `server: {endpoint: "wss://h", tls: {ca_file: ${ca}}}\nagent: {executable: /x}\n`;
  const path = join(folder, 'tls/ca.pem');
  expect(settingsOf(file('tls/ca.pem')).server.tls?.ca).toEqual({ kind: 'file', path });
  expect(problemsOf(file('tls/none.pem'))[0]).toContain('server.tls.ca_file');
});

const SEVERAL = `
server: {endpoint: "ws://h"}
capabilities: {accepts_remote_config: true}
agents:
  edge: {executable: /x, config_files: [$REMOTE_CONFIG, policy.yaml]}
  gateway.2:
    kind: collector
    executable: /y
    standalone_config: conf/gateway.yaml
    capabilities: {reports_health: false}
`;

test('several agents have a name, a folder and a local configuration each', () => {
  const { agents, storageFolder } = settingsOf(SEVERAL);
  expect(
    agents.map(({ name, kind, storageFolder: own, standaloneConfig }) => [name, kind, own, standaloneConfig]),
  ).toEqual([
    ['edge', 'collector', join(storageFolder, 'edge'), join(folder, 'edge.yaml')],
    ['gateway.2', 'collector', join(storageFolder, 'gateway.2'), join(folder, 'conf/gateway.yaml')],
  ]);
  expect(agents[0]).toMatchObject({ layers: [{ kind: 'remote' }, { kind: 'file' }] });
});

test("an agent's own capabilities stand in the place of those of all", () => {
  const { agents } = settingsOf(SEVERAL);
  expect(agents[0]?.capabilities).toContain('AcceptsRemoteConfig');
  expect(agents[0]?.capabilities).toContain('ReportsHealth');
  expect(agents[1]?.capabilities).not.toContain('AcceptsRemoteConfig');
  expect(agents[1]?.capabilities).not.toContain('ReportsHealth');
});

test.each([
  [
    'both agent and agents',
    'agent: {executable: /x}\nagents: {a: {executable: /y}}',
    'agents: stands beside agent',
  ],
  ['neither of them', '', 'agent: is missing'],
  ['no agent', 'agents: {}', 'agents: names no agent'],
  ['a name that is a path', 'agents: {../evil: {executable: /x}}', 'agents.../evil: is no name'],
  ['a name with capitals', 'agents: {Edge: {executable: /x}}', 'agents.Edge: is no name'],
  [
    "the name of the supervisor's own file",
    'agents: {supervisor.lock: {executable: /x}}',
    'agents.supervisor.lock: is no name',
  ],
  ['a kind that is not known', 'agents: {a: {kind: toaster, executable: /x}}', 'agents.a.kind: '],
  ['an unknown key', 'agents: {a: {executable: /x, colour: red}}', 'agents.a: unknown key colour'],
  ['no program', 'agents: {a: {}}', 'agents.a.executable: '],
  [
    'one uid for two',
    'agents: {a: {executable: /x, instance_id: 01930000-0000-7000-8000-00000000000a}, b: {executable: /x, instance_id: 01930000-0000-7000-8000-00000000000A}}',
    'agents.b.instance_id: is that of agents.a already',
  ],
  [
    'one port for two',
    'agents: {a: {executable: /x, opamp_server_port: 4400}, b: {executable: /x, opamp_server_port: 4400}}',
    'agents.b.opamp_server_port: is that of agents.a already',
  ],
])('%s is a problem with its path', (_what, agents, problem) => {
  expect(problemsOf(`server: {endpoint: "ws://h"}\n${agents}\n`)).toEqual([expect.stringContaining(problem)]);
});

test('what has no effect is named for each of several agents', () => {
  const { notices } = settingsOf(`
server: {endpoint: "ws://h"}
agents: {a: {executable: /x, bootstrap_timeout: 3s}, b: {executable: /x, capabilities: {accepts_packages: true}}}
`);
  expect(notices.map((notice) => notice.split(':')[0])).toEqual([
    'agents.a.bootstrap_timeout',
    'agents.b.capabilities.accepts_packages',
  ]);
});

test('a Fluent Bit and a command have what their kinds need', () => {
  const { agents } = settingsOf(`
server: {endpoint: "ws://h"}
agents:
  bits: {kind: fluentbit, executable: fluent-bit, config_files: [parsers.conf], http_port: 2020}
  relay:
    kind: command
    executable: ./relay
    args: [--config, "{config}"]
    config_name: relay.toml
    config_directory: conf.d
    validate_command: ["{executable}", --check, "{config}"]
    reload_signal: SIGUSR1
    version_command: [./version.sh]
    health: {tcp: "127.0.0.1:{port}", interval: 1s, timeout: 500ms}
    stop_signal: SIGINT
`);
  expect(agents).toMatchObject([
    {
      kind: 'fluentbit',
      executable: 'fluent-bit',
      standaloneConfig: join(folder, 'bits.yaml'),
      localFiles: [join(folder, 'parsers.conf')],
      httpPort: 2020,
    },
    {
      kind: 'command',
      executable: join(folder, 'relay'),
      standaloneConfig: join(folder, 'relay.toml'),
      configName: 'relay.toml',
      configDirectory: join(folder, 'conf.d'),
      validateCommand: ['{executable}', '--check', '{config}'],
      reload: { kind: 'signal', signal: 'SIGUSR1' },
      versionCommand: [join(folder, 'version.sh')],
      health: { kind: 'tcp', address: '127.0.0.1:{port}' },
      healthIntervalMs: 1_000,
      healthLimitMs: 500,
      stopSignal: 'SIGINT',
    },
  ]);
});

test('a classic file beside the settings is the local configuration of a Fluent Bit', () => {
  writeFileSync(join(folder, 'bits.conf'), '');
  const { agents } = settingsOf(
    'server: {endpoint: "ws://h"}\nagents: {bits: {kind: fluentbit, executable: /x}}\n',
  );
  expect(agents[0]?.standaloneConfig).toBe(join(folder, 'bits.conf'));
});

test.each([
  [
    'a key of another kind',
    '{kind: fluentbit, executable: /x, opamp_server_port: 1}',
    'agents.a: unknown key opamp_server_port',
  ],
  [
    'a layer of a Collector',
    '{kind: command, executable: /x, config_files: [$REMOTE_CONFIG]}',
    'agents.a.config_files.0: stands for a layer',
  ],
  [
    'two ways to reload',
    '{kind: command, executable: /x, reload_signal: SIGHUP, reload_command: [x]}',
    'agents.a: has both',
  ],
  [
    'a signal that nobody knows',
    '{kind: command, executable: /x, reload_signal: SIGNONE}',
    'agents.a.reload_signal: ',
  ],
  [
    'two health checks',
    '{kind: command, executable: /x, health: {http: "http://h", tcp: "h:1"}}',
    'agents.a.health: must hold exactly one',
  ],
  [
    'an address that is none',
    '{kind: command, executable: /x, health: {http: "http://[{port}"}}',
    'agents.a.health.http: must be a URL',
  ],
  [
    'a port that is none',
    '{kind: command, executable: /x, health: {tcp: "localhost:http"}}',
    'agents.a.health.tcp: must be host:port',
  ],
  [
    'no health check',
    '{kind: command, executable: /x, health: {interval: 1s}}',
    'agents.a.health: must hold exactly one',
  ],
  [
    'a name with a path',
    '{kind: command, executable: /x, config_name: ../x}',
    'agents.a.config_name: must be the name of a file',
  ],
  [
    'an empty command',
    '{kind: command, executable: /x, validate_command: []}',
    'agents.a.validate_command: must hold a program',
  ],
])('%s is a problem with its path', (_what, agent, problem) => {
  expect(problemsOf(`server: {endpoint: "ws://h"}\nagents: {a: ${agent}}\n`)).toEqual([
    expect.stringContaining(problem),
  ]);
});

test('a command that nothing points at a configuration accepts none, and that is said', () => {
  const { agents, notices } = settingsOf(`
server: {endpoint: "ws://h"}
capabilities: {accepts_remote_config: true}
agents:
  blind: {kind: command, executable: /x, capabilities: {accepts_remote_config: true}}
  by-file: {kind: command, executable: /x, args: ["--config={config}"]}
  by-folder: {kind: command, executable: /x, env: {CONF: "{config_dir}"}}
  by-directory: {kind: command, executable: /x, config_directory: /etc/x}
`);
  expect(agents.map(({ capabilities }) => capabilities.includes('AcceptsRemoteConfig'))).toEqual([
    false,
    true,
    true,
    true,
  ]);
  expect(agents[0]?.capabilities).not.toContain('ReportsRemoteConfig');
  expect(notices).toEqual([
    expect.stringContaining('agents.blind.capabilities.accepts_remote_config: not announced'),
  ]);
});
