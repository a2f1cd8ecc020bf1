import { mergeConfigs, parseCollectorConfig } from '@drover/collector-config';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PolicyHost } from './file-paths.ts';
import { type HostPolicy, OPEN_POLICY } from './host-policy.ts';
import { configJudge } from './judge-config.ts';

const host: PolicyHost = {
  environment: {
    HOME: '/root',
    LOGS: '/var/log',
    WHOLE: '{receivers: {exec: }}',
    MAKES: '{file:/etc/shadow}',
  },
  isSetAtStart: (variable) => variable === 'LATER',
  workingFolder: '/var/lib/agent',
  realPath: (path) => path.replace(/^\/var\/log\/current(?=\/|$)/, '/etc'),
};

function data(text: string) {
  const parsed = parseCollectorConfig(text);
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.findings));
  return parsed.data;
}

/** Rule and place of each violation. */
function judged(policy: Partial<HostPolicy>, remote: string, local = ''): string[] {
  const judge = configJudge([{ path: 'policy', policy: { ...OPEN_POLICY, ...policy } }], host);
  const layers = [data(local), data(remote)];
  return judge
    .violations(mergeConfigs(layers), data(local))
    .map(({ rule, path }) => `${rule} ${path.join('::')}`);
}

const allow = (...patterns: string[]) => ({ allow: patterns, deny: [] });
const deny = (...patterns: string[]) => ({ allow: undefined, deny: patterns });
const receivers = (lists: ReturnType<typeof allow | typeof deny>) => ({
  components: { ...OPEN_POLICY.components, receivers: lists },
});

describe('components', () => {
  test('what is denied is refused under any name and spelling, and what is not listed under an allow-list', () => {
    const policy = receivers(deny('otlp', 'file_log'));
    for (const id of ['file_log', 'filelog', 'file_log/x', 'filelog/a/b', 'file_log/file_log'])
      expect(judged(policy, `receivers: {${id}: }`)).toEqual([`policy.receivers.deny[1] receivers::${id}`]);
    for (const id of [' file_log /x', '\\u0085file_log', 'file_log\\u00a0/x', '\\u2003file_log'])
      expect(judged(policy, `receivers: {"${id}": }`), id).toHaveLength(1);
    expect(judged(receivers(allow('otlp')), 'receivers: {otlp/a: , hostmetrics: }')).toEqual([
      'policy.receivers.allow receivers::hostmetrics',
    ]);
    expect(judged(receivers(allow('host_*')), 'receivers: {hostmetrics: }')).toEqual([]);
    expect(judged(receivers(allow('otlp')), 'exporters: {file_log: }')).toEqual([]);
  });

  test('an alias, an anchor or a merge key hides nothing', () => {
    const policy = receivers(deny('file_log'));
    expect(judged(policy, 'x: &x {file_log/a: {}}\nreceivers: *x')).toHaveLength(1);
    expect(judged(policy, 'x: &x {file_log/a: {}}\nreceivers: {<<: *x, nop: }')).toHaveLength(1);
    expect(judged(policy, 'x: &x file_log\nreceivers: {*x : {}}')).toHaveLength(1);
    expect(judged(policy, '"receivers": {"\\x66ile_log": {}}')).toHaveLength(1);
  });

  test('a receiver that makes receivers is asked for those too', () => {
    const text = 'receivers: {receiver_creator: {receivers: {file_log/x: {config: {}}}}}';
    expect(judged(receivers(deny('file_log')), text)).toEqual([
      'policy.receivers.deny[0] receivers::receiver_creator::receivers::file_log/x',
    ]);
  });

  test("what the host's own layer sets up is not judged, what a remote one adds to it is", () => {
    const local = 'receivers: {file_log: {include: [/secret/x.log]}}';
    const policy = { ...receivers(deny('file_log')), read: allow('/var/log/**') };
    expect(judged(policy, 'receivers: {nop: }', local)).toEqual([]);
    expect(judged(policy, 'receivers: {file_log: {include: [/secret/x.log, /etc/shadow]}}', local)).toEqual([
      'policy.files.read.allow receivers::file_log::include::1',
    ]);
  });

  test("only the supervisor's own extension needs no permission", () => {
    const policy = { components: { ...OPEN_POLICY.components, extensions: allow() } };
    expect(judged(policy, 'extensions: {opamp: }')).toEqual([]);
    expect(judged(policy, 'extensions: {opamp/evil: }')).toHaveLength(1);
  });
});

describe('files', () => {
  const policy = {
    read: { allow: ['/var/log/**'], deny: ['/var/log/secure*'] },
    write: allow('/var/out/**'),
  };

  test.each([
    ['/var/log/app.log', []],
    ['/var/log/*/app-[0-9].log', []],
    ['//var//log/./app.log', []],
    ['${env:LOGS}/app.log', []],
    ['${env:UNSET:-/var/log}/app.log', []],
    ['/etc/shadow', ['allow']],
    ['/var/log/../../etc/shadow', ['unclear']],
    ['/var/log/\\.\\./x', ['unclear']],
    ['/var/log/{.,}./x', ['unclear']],
    ['/var/log/{a,b}.log', []],
    ['/{var,etc}/log/x', ['allow']],
    ['/var/log/secure', ['deny']],
    ['/var/log/s*', ['deny']],
    ['/var/log/**', ['deny']],
    ['/var/log/current/shadow', ['allow']],
    ['${env:HOME}/.ssh/id_rsa', ['allow']],
    ['relative.log', ['allow']],
    ['~/x', ['unclear']],
    ['file:///etc/shadow', ['allow']],
    ['${env:WHOLE}', ['unclear']],
    ['$LOGS/x.log', ['unclear']],
  ])('%s', (path, expected) => {
    const rules = { allow: 'policy.files.read.allow', deny: 'policy.files.read.deny[0]', unclear: 'policy' };
    const found = judged(policy, `receivers: {file_log: {include: [${JSON.stringify(path)}]}}`);
    expect(found).toEqual(
      (expected as (keyof typeof rules)[]).map((rule) => `${rules[rule]} receivers::file_log::include::0`),
    );
  });

  test.each([
    ['exporters: {file: {path: /var/out/x.json}}', []],
    ['exporters: {file/x: {path: /var/log/x.json}}', ['policy.files.write.allow exporters::file/x::path']],
    [
      'exporters: {otlp: {tls: {ca_file: /etc/ca.pem}}}',
      ['policy.files.read.allow exporters::otlp::tls::ca_file'],
    ],
    [
      'exporters: {otlp: {tls: {keyFile: /etc/k.pem}}}',
      ['policy.files.read.allow exporters::otlp::tls::keyFile'],
    ],
    [
      'extensions: {file_storage: {directory: /var/out}}',
      ['policy.files.read.allow extensions::file_storage::directory'],
    ],
    ['service: {telemetry: {logs: {output_paths: [stderr]}}}', []],
    [
      'service: {telemetry: {logs: {output_paths: [stderr, /tmp/x]}}}',
      ['policy.files.write.allow service::telemetry::logs::output_paths::1'],
    ],
    [
      'receivers: {docker_stats: {endpoint: "unix:///run/docker.sock"}}',
      ['policy.files.read.allow receivers::docker_stats::endpoint'],
    ],
    ['receivers: {new_one: {unknown: /etc/x}}', ['policy.files.read.allow receivers::new_one::unknown']],
    ['receivers: {new_one: {unknown: a/../../x}}', ['policy receivers::new_one::unknown']],
    [
      'receivers: {new_one: {args: [--config=/etc/x]}}',
      ['policy.files.read.allow receivers::new_one::args::0'],
    ],
    ['receivers: {new_one: {/etc/x: {}}}', ['policy.files.read.allow receivers::new_one::/etc/x']],
    ['receivers: {otlp: {protocols: {http: {traces_url_path: /v1/traces}}}}', []],
    ['processors: {attributes: {actions: [{key: a, value: some text, action: insert}]}}', []],
  ])('%s', (text, expected) => {
    expect(judged(policy, text)).toEqual(expected);
  });

  test('places that the policy calls plain text are taken by their word', () => {
    const text = 'processors: {attributes/x: {actions: [{key: route, value: /health}]}}';
    expect(judged(policy, text)).toHaveLength(1);
    expect(judged({ ...policy, plainText: ['processors::attributes/*::actions::*::value'] }, text)).toEqual(
      [],
    );
    expect(judged({ ...policy, plainText: ['processors::**'] }, text)).toEqual([]);
    expect(judged({ ...policy, plainText: ['processors::*'] }, text)).toHaveLength(1);
  });
});

describe('expansions', () => {
  test('what cannot be seen is refused, whatever the policy says', () => {
    for (const value of [
      '${yaml:file_log: {}}',
      '${https://evil.example/x.yaml}',
      '${http:x}',
      '${s3:x}',
      '$vault:secret/data',
      '${env:LATER}/x',
      '${env:${env:X}}',
      '${file:${env:X}}',
      '${env:WHOLE}',
      '$${env:MAKES}${env:MAKES}${',
      'x${file:/etc/a}',
      '${file:/etc/a}',
    ]) {
      expect(judged({}, `receivers: {a: {b: ${JSON.stringify(value)}}}`), value).not.toEqual([]);
      expect(judged({}, `receivers: ${JSON.stringify(value)}`), value).not.toEqual([]);
    }
  });

  test('a reference that two harmless parts make up is seen', () => {
    expect(judged({}, 'exporters: {a: {b: "x$$${env:UNSET:-y}"}}')).toEqual([]);
    expect(judged({}, 'exporters: {a: {b: "$x${env:MAKES}"}}')).toEqual([]);
    const dollar = { ...host, environment: { ...host.environment, DOLLAR: '$' } };
    const judge = configJudge([{ path: 'policy', policy: OPEN_POLICY }], dollar);
    expect(judge.violations(data('exporters: {a: {b: "${env:DOLLAR}${env:MAKES}"}}'), {})).toHaveLength(1);
  });

  test('a dollar sign that is written twice refers to nothing', () => {
    const policy = { environment: allow() };
    expect(judged(policy, 'a: {b: "$${env:HOME} costs $$5 and $$HOME"}')).toEqual([]);
    expect(judged(policy, 'a: {b: "$$${env:HOME}"}')).toEqual(['policy.environment.allow a::b']);
  });

  test('variables are asked for by name, in every spelling', () => {
    const policy = { environment: { allow: ['OTEL_*'], deny: ['OTEL_SECRET'] } };
    expect(judged(policy, 'a: {b: "${env:OTEL_X} ${OTEL_Y}"}')).toEqual([]);
    expect(judged(policy, 'a: {b: "${env:HOME}"}')).toEqual(['policy.environment.allow a::b']);
    expect(judged(policy, 'a: {b: "${HOME}"}')).toEqual(['policy.environment.allow a::b']);
    expect(judged(policy, 'a: {b: "$HOME"}')).toEqual(['policy.environment.allow a::b']);
    expect(judged(policy, 'a: {b: "${env:OTEL_SECRET:-x}"}')).toEqual(['policy.environment.deny[0] a::b']);
  });

  test('a secret may come out of a file that may be read, where it can be nothing but a secret', () => {
    const policy = { read: allow('/run/secrets/*') };
    const exporter = (body: string) => judged(policy, `exporters: {otlp: ${body}}`);
    expect(exporter('{headers: {authorization: "Bearer ${file:/run/secrets/t}"}}')).toEqual([]);
    expect(exporter('{headers: {x-api-key: "${file:/run/secrets/t}"}}')).toEqual([]);
    expect(exporter('{headers: {x-api-key: "${file:/etc/shadow}"}}')).toHaveLength(1);
    expect(exporter('{endpoint: "${file:/run/secrets/t}"}')).toHaveLength(1);
    expect(exporter('"${file:/run/secrets/t}"')).toHaveLength(1);
    expect(exporter('{x: "/${file:/run/secrets/t}"}')).toHaveLength(1);
  });
});

describe('endpoints', () => {
  const policy = {
    endpoints: allow(
      '*.example.com:4317',
      'https://api.example.org',
      '10.0.0.0/8',
      '127.0.0.1:*',
      '[fd00::/8]:4317',
    ),
  };

  test.each([
    ['otel.example.com:4317', true],
    ['OTEL.Example.com.:4317', true],
    ['dns:///otel.example.com:4317', true],
    ['otel.example.com:4318', false],
    ['otel.example.com', false],
    ['example.com.evil.net:4317', false],
    ['https://api.example.org/v1?x=1', true],
    ['http://api.example.org/v1', false],
    ['https://api.example.org@evil.net/', false],
    ['https://api.example.org\\@evil.net/', false],
    ['https://evil.net/#api.example.org', false],
    ['10.1.2.3:1', true],
    ['10.1.2.3.evil.net:1', false],
    ['[fd12::1]:4317', true],
    ['[::1]:4317', false],
    ['0.0.0.0:4317', false],
    [':4317', false],
    ['0x0a.1.2.3:1', false],
    ['${env:UNSET:-127.0.0.1}:4317', true],
    ['tcp(evil.net:3306)/db', false],
  ])('%s %s', (endpoint, isAllowed) => {
    const found = judged(policy, `exporters: {otlp: {endpoint: ${JSON.stringify(endpoint)}}}`);
    expect(found.length === 0).toBe(isAllowed);
  });

  test.each([
    '169.254.169.254',
    '169.254.169.254:80',
    'http://169.254.169.254/latest',
    'http://[::ffff:169.254.169.254]/',
    'http://0xa9fea9fe/',
    'http://2852039166',
    'localhost:1',
  ])('denied in every form: %s', (endpoint) => {
    const lists = { endpoints: deny('169.254.0.0/16', '127.0.0.0/8') };
    expect(judged(lists, `exporters: {otlp: {endpoint: "${endpoint}"}}`)).toHaveLength(1);
  });

  test('host and port that stand apart, and addresses that no key announces', () => {
    expect(judged(policy, 'a: {b: {host: 127.0.0.1, port: 8888}}')).toEqual([]);
    expect(judged({ endpoints: allow('a.example:1') }, 'a: {b: {host: a.example, port: 2}}')).toHaveLength(1);
    expect(judged(policy, 'a: {b: "see https://evil.net/x"}')).toHaveLength(1);
    expect(judged(policy, 'a: {b: "evil.net:80"}')).toHaveLength(1);
  });
});

test('programs are asked for by path or name, also those that a component runs by itself', () => {
  const policy = { programs: allow('/usr/bin/jmx-*', 'journalctl') };
  expect(judged(policy, 'receivers: {jmx: {jar_path: /opt/x.jar}}')).toEqual([
    'policy.programs.allow receivers::jmx',
    'policy.programs.allow receivers::jmx::jar_path',
  ]);
  expect(judged(policy, 'receivers: {journald: }')).toEqual([]);
  expect(judged(policy, 'receivers: {x: {exec: /usr/bin/jmx-a --flag}}')).toEqual([]);
  expect(judged(policy, 'receivers: {x: {command: [/bin/sh, -c, id]}}')).not.toEqual([]);
  expect(judged(policy, 'receivers: {x: {exec: "sh -c id"}}')).toEqual([
    'policy.programs.allow receivers::x::exec',
  ]);
});

test('the plugins of Fluent Bit are components too, and what they run, read and reach is judged by the same words', () => {
  const policy: Partial<HostPolicy> = {
    components: { ...OPEN_POLICY.components, receivers: allow('tail', 'exec'), exporters: allow('forward') },
    read: allow('/var/log/**'),
    endpoints: allow('collector.example:24224'),
    programs: allow('/usr/bin/uptime'),
  };
  const yaml = (pipeline: string) => judged(policy, `pipeline: ${pipeline}`);
  expect(
    yaml(
      '{inputs: [{name: tail, path: /var/log/*.log}], outputs: [{Name: forward, Host: collector.example, Port: "24224"}]}',
    ),
  ).toEqual([]);
  expect(yaml('{inputs: [{name: tail, Path: /etc/shadow}]}')).toEqual([
    'policy.files.read.allow pipeline::inputs::0::Path',
  ]);
  expect(yaml('{inputs: [{name: head}]}')).toEqual(['policy.receivers.allow pipeline::inputs::0::name']);
  expect(yaml('{inputs: [{name: exec, command: /bin/sh -c id}]}')).toEqual([
    'policy.programs.allow pipeline::inputs::0::command',
  ]);
  expect(yaml('{filters: [{name: lua, code: "os.execute()"}]}')).toEqual([
    'policy.programs.allow pipeline::filters::0::name',
  ]);
  expect(yaml('{outputs: [{name: forward, host: collector.example, port: 1}]}')).toEqual([
    'policy.endpoints.allow pipeline::outputs::0::host',
  ]);
  for (const section of ['input', 'INP', 'i'])
    expect(judged(policy, `${section}: [{Name: Head}]`)).toHaveLength(1);
});

test('of several policies all have to be kept, so that one more only adds', () => {
  const judge = configJudge(
    [
      { path: 'policy', policy: { ...OPEN_POLICY, read: allow('/a/**') } },
      { path: 'agents.x.policy', policy: { ...OPEN_POLICY, read: allow('/a/b/**', '/c/**') } },
    ],
    host,
  );
  const rulesFor = (path: string) =>
    judge.violations(data(`receivers: {file_log: {include: [${path}]}}`), {}).map(({ rule }) => rule);
  expect(rulesFor('/a/b/x')).toEqual([]);
  expect(rulesFor('/a/x')).toEqual(['agents.x.policy.files.read.allow']);
  expect(rulesFor('/c/x')).toEqual(['policy.files.read.allow']);
});

const STRICT: HostPolicy = {
  components: {
    receivers: { allow: ['otlp', 'nop'], deny: ['file*'] },
    processors: allow('batch'),
    exporters: allow('otlp'),
    connectors: allow(),
    extensions: allow(),
  },
  read: { allow: ['/var/log/**'], deny: ['/**/secret*'] },
  write: allow('/var/out/*'),
  endpoints: { allow: ['*.example.com:4317', '10.0.0.0/8'], deny: ['169.254.0.0/16'] },
  environment: allow('OTEL_*'),
  programs: allow(),
  plainText: ['processors::**'],
};

const leaf = fc.oneof(
  fc.constantFrom(
    null,
    true,
    1,
    '',
    'x',
    '/etc/shadow',
    '${env:A}',
    '${file:/a}',
    '${yaml:{a: b}}',
    '{a,{b,c}}*/**',
    'http://h/',
    ':1',
    '$',
    '${',
    '\\..\\',
    '[',
    '/[a/]',
  ),
  fc.string({ maxLength: 30 }),
  fc.string({
    unit: fc.constantFrom('$', '{', '}', ':', '/', '.', '*', '[', ']', '\\', 'a', 'env', 'file'),
    maxLength: 20,
  }),
);
const key = fc.oneof(
  fc.constantFrom(
    'receivers',
    'exporters',
    'extensions',
    'service',
    'path',
    'include',
    'endpoint',
    'command',
    'host',
    '__proto__',
    'constructor',
    'file_log/x',
  ),
  fc.string({ maxLength: 8 }),
);
const tree = fc.letrec((tie) => ({
  node: fc.oneof(
    { maxDepth: 5, depthSize: 'small' },
    leaf,
    tie('map'),
    fc.array(tie('node'), { maxLength: 3 }),
  ),
  map: fc.array(fc.tuple(key, tie('node')), { maxLength: 4 }),
}));

test('no text makes it fail', () => {
  const judge = configJudge([{ path: 'policy', policy: STRICT }], host);
  const toYaml = (value: unknown): string =>
    Array.isArray(value) &&
    value.every((entry) => Array.isArray(entry) && entry.length === 2 && typeof entry[0] === 'string')
      ? `{${value.map(([name, child]) => `${JSON.stringify(name)}: ${toYaml(child)}`).join(', ')}}`
      : Array.isArray(value)
        ? `[${value.map(toYaml).join(', ')}]`
        : JSON.stringify(value);
  fc.assert(
    fc.property(fc.oneof(tree.map.map(toYaml), fc.string({ maxLength: 200 })), (text) => {
      const parsed = parseCollectorConfig(text);
      if (parsed.kind === 'parsed') judge.violations(parsed.data, {});
    }),
    { numRuns: 3_000 },
  );
});

test('a denied component is found wherever it comes from: the first file, a later one, or both merged', () => {
  const ids = fc.constantFrom('nop', 'otlp', 'file_log', 'filelog/x', 'file_log/y');
  const file = fc.uniqueArray(ids, { maxLength: 3 });
  fc.assert(
    fc.property(fc.array(file, { minLength: 1, maxLength: 4 }), (files) => {
      const merged = mergeConfigs(
        files.map((names) => data(`receivers: {${names.map((id) => `${id}: `).join(', ')}}`)),
      );
      const found = configJudge(
        [{ path: 'policy', policy: { ...OPEN_POLICY, ...receivers(deny('file_log')) } }],
        host,
      )
        .violations(merged, {})
        .map(({ path }) => path[1]);
      const denied = new Set(files.flat().filter((id) => id.startsWith('file')));
      expect(new Set(found)).toEqual(denied);
    }),
  );
});

test('a hostile configuration of the largest size is judged within bounds', () => {
  const tangled = `/${'*a?*'.repeat(40)}/{a,b}*`;
  const includes = Array.from({ length: 5_000 }, (_, index) => `${tangled}${index}`);
  const judge = configJudge(
    [{ path: 'policy', policy: { ...STRICT, read: { allow: ['/**'], deny: ['/**/x*y*z'] } } }],
    host,
  );
  // Without its limits this takes longer than any test may.
  expect(judge.violations({ receivers: { otlp: { include: includes } } }, {})).not.toEqual([]);
});
