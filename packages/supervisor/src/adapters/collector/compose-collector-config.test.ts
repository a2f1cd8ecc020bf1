import { newInstanceUid } from '@drover/opamp';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { OPEN_POLICY } from '../../policy/host-policy.ts';
import { configJudge } from '../../policy/judge-config.ts';
import { composeCollectorConfig } from './compose-collector-config.ts';

const telemetry = { ownTelemetry: {}, metricsIntervalMs: 10_000, folder: '/storage' };

const locked = {
  instanceUid: newInstanceUid(),
  watchedBy: { kind: 'opamp', port: 4400, token: 'secret-token' } as const,
  includeResourceAttributes: false,
  resource: {},
  launchHash: 'started so',
};

const NO_JUDGE = configJudge([], {
  environment: {},
  workingFolder: '/',
  isSetAtStart: () => false,
  realPath: (path) => path,
});

function compose(texts: readonly string[], addIdlePipeline = false) {
  return composeCollectorConfig({
    telemetry,
    layers: texts.map((text, index) => ({ title: `layer ${index}`, text, isRemote: true })),
    lockedLayers: [],
    judge: NO_JUDGE,
    locked,
    addIdlePipeline,
  });
}

function composed(...texts: readonly string[]) {
  const result = compose(texts);
  if (result.kind !== 'composed') throw new Error(result.message);
  return parse(result.text);
}

const PIPELINES = `
receivers: {otlp: {protocols: {grpc: {endpoint: "localhost:4317"}}}}
exporters: {debug: }
service:
  extensions: [health_check]
  pipelines: {traces: {receivers: [otlp], exporters: [debug]}}
`;

test('the extension, its use and the instance id are added, the rest stays', () => {
  const config = composed(PIPELINES);
  expect(config.extensions.opamp).toMatchObject({
    instance_uid: locked.instanceUid,
    server: {
      ws: {
        endpoint: 'ws://127.0.0.1:4400/v1/opamp',
        headers: { Authorization: 'Bearer secret-token' },
      },
    },
  });
  expect(config.service.extensions).toEqual(['health_check', 'opamp']);
  expect(config.service.telemetry.resource).toEqual({ 'service.instance.id': locked.instanceUid });
  expect(config.receivers.otlp.protocols.grpc.endpoint).toBe('localhost:4317');
  expect(config.exporters).toEqual({ debug: null });
});

test('a hostile configuration cannot move, change or switch off the extension', () => {
  const { extensions, service } = composed(`
extensions:
  opamp: {server: {http: {endpoint: "http://evil/v1/opamp"}}, instance_uid: x, ppid: 1}
service:
  extensions: []
  telemetry: {resource: {service.instance.id: evil, env: prod}}
`);
  const { headers } = extensions.opamp.server.ws;
  const untouched = composed(PIPELINES).extensions;
  // Another composition, so another mark; all else is the same.
  untouched.opamp.server.ws.headers['X-Drover-Config'] = headers['X-Drover-Config'];
  expect(extensions).toEqual(untouched);
  expect(service.extensions).toEqual(['opamp']);
  expect(service.telemetry.resource).toEqual({ env: 'prod', 'service.instance.id': locked.instanceUid });
});

test('in the declarative form of the resource the instance id is locked as well', () => {
  const { service } = composed(
    'service: {telemetry: {resource: {attributes: [{name: service.instance.id, value: evil}, {name: env, value: prod}]}}}',
  );
  expect(service.telemetry.resource.attributes).toEqual([
    { name: 'env', value: 'prod' },
    { name: 'service.instance.id', value: locked.instanceUid },
  ]);
});

test('later layers win, maps merge, lists are replaced, extensions are joined', () => {
  const config = composed(
    'processors: {batch: {timeout: 1s, send_batch_size: 10}}\nservice: {extensions: [zpages], pipelines: {traces: {exporters: [a, b]}}}',
    'processors: {batch: {timeout: 5s}}\nservice: {extensions: [zpages, health_check], pipelines: {traces: {exporters: [c]}}}',
  );
  expect(config.processors.batch).toEqual({ timeout: '5s', send_batch_size: 10 });
  expect(config.service.extensions).toEqual(['zpages', 'health_check', 'opamp']);
  expect(config.service.pipelines.traces.exporters).toEqual(['c']);
});

test('an idle pipeline is added only where there is none', () => {
  const idle = compose(['receivers: {otlp: }\nservice: {}'], true);
  expect(idle.kind === 'composed' && parse(idle.text).service.pipelines).toEqual({
    traces: { receivers: ['nop'], exporters: ['nop'] },
  });
  const busy = compose([PIPELINES], true);
  expect(busy.kind === 'composed' && busy.text).not.toContain('nop');
  // Who offers components and no service has forgotten it, and should hear of that.
  const forgotten = compose(['receivers: {otlp: }'], true);
  expect(forgotten.kind === 'composed' && forgotten.text).not.toContain('nop');
});

test.each([
  ['receivers: [', 'layer 0: line 1'],
  ['just a text', 'layer 0: line 1, column 1'],
  ['extensions: [opamp]', 'extensions must be a map'],
  ['service: text', 'service must be a map'],
  ['service: {extensions: opamp}', 'service.extensions must be a list'],
  ['service: {telemetry: {resource: 5}}', 'service.telemetry.resource must be a map'],
])('%s is refused with its reason', (text, reason) => {
  expect(compose([text])).toMatchObject({ kind: 'refused', message: expect.stringContaining(reason) });
});

test('the same layers give the same text, byte for byte', () => {
  expect(compose([PIPELINES])).toEqual(compose([PIPELINES]));
});

test('the mark tells compositions apart, and not two writings of the same one', () => {
  const markOf = (text: string, launchHash = locked.launchHash) => {
    const result = composeCollectorConfig({
      telemetry,
      layers: [{ title: 'layer', text, isRemote: true }],
      lockedLayers: [],
      judge: NO_JUDGE,
      locked: { ...locked, launchHash },
      addIdlePipeline: false,
    });
    if (result.kind !== 'composed') throw new Error(result.kind);
    expect(parse(result.text).extensions.opamp.server.ws.headers['X-Drover-Config']).toBe(result.mark);
    return result.mark;
  };
  const mark = markOf('receivers: {nop: }');
  expect(markOf('# the same\nreceivers:\n  nop:\n')).toBe(mark);
  expect(markOf('receivers: {nop/other: }')).not.toBe(mark);
  expect(markOf('receivers: {nop: }', 'started otherwise')).not.toBe(mark);
  expect(markOf('receivers: {nop: {number: 18446744073709551615}}')).not.toBe(mark);
});

const FORBIDS_FILES = configJudge(
  [
    {
      path: 'policy',
      policy: {
        ...OPEN_POLICY,
        read: { allow: ['/var/log/**'], deny: [] },
        environment: { allow: [], deny: [] },
      },
    },
  ],
  { environment: {}, workingFolder: '/', isSetAtStart: () => false, realPath: (path) => path },
);

test('what the policy forbids is named with its rule and its place in the text that says it', () => {
  const local = {
    title: 'base.yaml',
    text: 'exporters: {otlp: {headers: {k: "${env:TOKEN}"}}}',
    isRemote: false,
  };
  const first = {
    title: 'the remote configuration "a"',
    text: 'receivers: {file_log: {include: [/etc/shadow]}}',
    isRemote: true,
  };
  const second = {
    title: 'the remote configuration "b"',
    text: 'receivers:\n  file_log:\n    include:\n      - /var/log/x\n      - /etc/passwd\n      - https://user:pass@host/\n',
    isRemote: true,
  };
  const judged = (...layers: readonly (typeof local)[]) =>
    composeCollectorConfig({
      telemetry,
      layers,
      lockedLayers: [],
      judge: FORBIDS_FILES,
      locked,
      addIdlePipeline: false,
    });
  expect(judged(local, first)).toEqual({
    kind: 'forbidden',
    message:
      'the policy of this host forbids it: policy.files.read.allow: "/etc/shadow" is not in the list at receivers::file_log::include::0 (line 1 of the remote configuration "a")',
  });
  const both = judged(local, first, second);
  expect(both).toMatchObject({
    kind: 'forbidden',
    message: expect.stringContaining(
      '"/etc/passwd" is not in the list at receivers::file_log::include::1 (line 5 of the remote configuration "b")',
    ),
  });
  expect(JSON.stringify(both)).not.toContain('pass@');
  // A later file takes the forbidden path away: what is judged is what would run.
  expect(
    judged(local, first, { ...second, text: 'receivers: {file_log: {include: [/var/log/x]}}' }).kind,
  ).toBe('composed');
});

test('what the local layers say is the word of the host: it is not judged, alone or beside a remote one', () => {
  const local = {
    title: 'base.yaml',
    text: 'receivers: {file_log: {include: ["${env:X}/secret"]}}',
    isRemote: false,
  };
  const compose = (...layers: readonly (typeof local)[]) =>
    composeCollectorConfig({
      telemetry,
      layers,
      lockedLayers: [local],
      judge: FORBIDS_FILES,
      locked,
      addIdlePipeline: false,
    });
  expect(compose(local).kind).toBe('composed');
  expect(compose(local, { title: 'remote', text: 'receivers: {nop: }', isRemote: true }).kind).toBe(
    'composed',
  );
});

test('the locked layer has the last word but for the supervisor itself', () => {
  const lockedLayer = {
    title: 'locked.yaml',
    text: 'exporters: {otlp: {endpoint: good}}\nextensions: {opamp: {instance_uid: operator}}\nservice: {telemetry: {resource: {env: prod, service.instance.id: operator}}}',
    isRemote: false,
  };
  const remote = {
    title: 'remote',
    text: 'exporters: {otlp: {endpoint: evil}}\nservice: {telemetry: {resource: {env: test}}}',
    isRemote: true,
  };
  const result = composeCollectorConfig({
    telemetry,
    layers: [remote],
    lockedLayers: [lockedLayer],
    judge: NO_JUDGE,
    locked,
    addIdlePipeline: false,
  });
  const config = parse(result.kind === 'composed' ? result.text : '');
  expect(config.exporters.otlp).toEqual({ endpoint: 'good' });
  expect(config.extensions.opamp.instance_uid).toBe(locked.instanceUid);
  expect(config.service.telemetry.resource).toEqual({
    env: 'prod',
    'service.instance.id': locked.instanceUid,
  });
});

test.each([
  [{ kind: 'health_check', port: 4401 } as const, { 'health_check/drover': { endpoint: '127.0.0.1:4401' } }],
  [{ kind: 'process' } as const, {}],
])(
  'a build without the extension is watched by %j, and gets nothing that it does not know',
  (watchedBy, added) => {
    const hostile =
      'extensions: {health_check/drover: {endpoint: "0.0.0.0:1"}}\nservice: {extensions: [zpages]}\n';
    const result = composeCollectorConfig({
      telemetry,
      layers: [
        { title: 'remote', text: PIPELINES, isRemote: true },
        ...('health_check/drover' in added ? [{ title: 'hostile', text: hostile, isRemote: true }] : []),
      ],
      lockedLayers: [],
      judge: NO_JUDGE,
      locked: { ...locked, watchedBy },
      addIdlePipeline: false,
    });
    if (result.kind !== 'composed') throw new Error(result.message);
    const config = parse(result.text);
    expect(config.extensions ?? {}).toEqual(added);
    expect(config.service.extensions.filter((name: string) => name in added)).toEqual(Object.keys(added));
    expect(config.service.telemetry.resource).toEqual({ 'service.instance.id': locked.instanceUid });
  },
);

test("what identifies the agent is in its own telemetry's resource, whatever the layers say", () => {
  const resource = { 'service.namespace': 'pay$ments', 'service.name': 'edge' };
  const of = (text: string) => {
    const result = composeCollectorConfig({
      telemetry,
      layers: [{ title: 'layer', text, isRemote: false }],
      lockedLayers: [],
      judge: NO_JUDGE,
      locked: { ...locked, resource },
      addIdlePipeline: false,
    });
    if (result.kind !== 'composed') throw new Error(result.kind);
    return parse(result.text).service.telemetry.resource;
  };
  const identity = {
    'service.namespace': 'pay$$ments',
    'service.name': 'edge',
    'service.instance.id': locked.instanceUid,
  };
  expect(of('service: {telemetry: {resource: {service.name: other, a: b}}}')).toEqual({
    ...identity,
    a: 'b',
  });
  expect(
    of(
      'service: {telemetry: {resource: {attributes: [{name: service.name, value: other}, {name: a, value: b}]}}}',
    ).attributes,
  ).toEqual([
    { name: 'a', value: 'b' },
    ...Object.entries(identity).map(([name, value]) => ({ name, value })),
  ]);
});

test('a destination of own telemetry that differs in its certificate alone is another composition', () => {
  const of = (key: string) => {
    const metrics = { endpoint: 'https://h/m', headers: {}, certificate: { cert: 'c', key } };
    const result = composeCollectorConfig({
      telemetry: { ...telemetry, ownTelemetry: { metrics } },
      layers: [{ title: 'layer', text: PIPELINES, isRemote: false }],
      lockedLayers: [],
      judge: NO_JUDGE,
      locked,
      addIdlePipeline: false,
    });
    if (result.kind !== 'composed') throw new Error(result.kind);
    expect(result.companions.map(({ name }) => name)).toEqual([
      'own-metrics-cert.pem',
      'own-metrics-key.pem',
    ]);
    return result;
  };
  expect(of('KEY-1').mark).not.toBe(of('KEY-2').mark);
  expect(of('KEY-1').text).not.toContain('KEY-1');
});

test("a destination of own telemetry that the host's policy forbids is left out, with the rule's name, and the rest runs", () => {
  const judge = configJudge(
    [{ path: 'policy', policy: { ...OPEN_POLICY, endpoints: { allow: ['good.example:443'], deny: [] } } }],
    { environment: {}, workingFolder: '/', isSetAtStart: () => false, realPath: (path) => path },
  );
  const of = (endpoint: string) => {
    const result = composeCollectorConfig({
      telemetry: { ...telemetry, ownTelemetry: { metrics: { endpoint, headers: {} } } },
      layers: [{ title: 'local', text: PIPELINES, isRemote: false }],
      lockedLayers: [],
      judge,
      locked,
      addIdlePipeline: false,
    });
    if (result.kind !== 'composed') throw new Error(result.kind);
    return result;
  };
  const good = of('https://good.example/v1/metrics');
  expect(good.ownTelemetryRefusal).toBeUndefined();
  expect(good.text).toContain('good.example');
  const bad = of('https://evil.example/v1/metrics');
  expect(bad.ownTelemetryRefusal).toContain('policy.endpoints');
  expect(bad.text).not.toContain('evil.example');
  expect(bad.text).toContain('localhost:4317');
});

const NOTHING_LOCAL = { telemetry, lockedLayers: [], locked, addIdlePipeline: false };

test('keys with separators, which a Collector takes for maps in maps, are no way around lock or policy', () => {
  const remote = {
    title: 'remote',
    text: `${PIPELINES}
"extensions::opamp::server::ws::endpoint": ws://evil/v1/opamp
"extensions::opamp": {instance_uid: evil}
"service::telemetry::resource::service.instance.id": evil
"service::extensions": []
"receivers::file_log::include": [/etc/shadow]
`,
    isRemote: true,
  };
  const compose = (judge: typeof NO_JUDGE) =>
    composeCollectorConfig({ ...NOTHING_LOCAL, layers: [remote], judge });
  expect(compose(FORBIDS_FILES)).toMatchObject({
    kind: 'forbidden',
    message: expect.stringContaining('"/etc/shadow" is not in the list at receivers::file_log::include::0'),
  });
  const result = compose(NO_JUDGE);
  if (result.kind !== 'composed') throw new Error(result.message);
  expect(result.text).not.toContain('evil');
  expect(result.text).not.toMatch(/^\S*::/m);
  const deep = { ...remote, text: `"${Array(200).fill('a').join('::')}": 1` };
  expect(composeCollectorConfig({ ...NOTHING_LOCAL, layers: [deep], judge: NO_JUDGE })).toMatchObject({
    kind: 'refused',
    message: expect.stringContaining('remote: keys with "::" nest deeper'),
  });
});
