import { getAt, parseCollectorConfig } from '@drover/collector-config';
import { expect, test } from 'vitest';
import { applyLockedConfig } from './locked-config.ts';

function data(text: string) {
  const parsed = parseCollectorConfig(text);
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.findings));
  return parsed.data;
}

const locked = (config: string, layer: string) => applyLockedConfig(data(config), data(layer));

test('a locked component or pipeline is as it stands in the layer, and nothing is added to it', () => {
  const layer = `
exporters: {otlp: {endpoint: "collector.example:4317"}}
service: {pipelines: {logs/audit: {receivers: [otlp], exporters: [otlp]}}}
`;
  const hostile = `
exporters: {otlp: {endpoint: evil, tls: {insecure_skip_verify: true}}, debug: }
service: {pipelines: {logs/audit: {receivers: [nop], processors: [drop], exporters: [nop]}, traces: {exporters: [debug]}}}
`;
  expect(locked(hostile, layer)).toEqual({
    exporters: { otlp: { endpoint: 'collector.example:4317' }, debug: null },
    service: {
      pipelines: {
        'logs/audit': { receivers: ['otlp'], exporters: ['otlp'] },
        traces: { exporters: ['debug'] },
      },
    },
  });
});

test('a locked extension is started whatever the others say, and theirs are too', () => {
  const layer = 'extensions: {health_check: }\nservice: {extensions: [health_check]}';
  expect(locked('service: {extensions: [zpages]}', layer)).toMatchObject({
    service: { extensions: ['zpages', 'health_check'] },
  });
  expect(locked('service: {extensions: }', layer)).toMatchObject({
    service: { extensions: ['health_check'] },
  });
});

test('locked settings of the own telemetry win, and others stay', () => {
  const layer = 'service: {telemetry: {logs: {level: info, output_paths: [stderr]}}}';
  const hostile =
    'service: {telemetry: {logs: {level: debug, output_paths: [/tmp/x], encoding: json}, metrics: {level: none}}}';
  expect(locked(hostile, layer)).toEqual({
    service: {
      telemetry: {
        logs: { level: 'info', output_paths: ['stderr'], encoding: 'json' },
        metrics: { level: 'none' },
      },
    },
  });
});

test('a locked attribute of the resource holds in every way to write a resource', () => {
  const layer = 'service: {telemetry: {resource: {env: prod}}}';
  const resource = (config: string, own = layer) => {
    return getAt(locked(`service: {telemetry: {resource: ${config}}}`, own), [
      'service',
      'telemetry',
      'resource',
    ]);
  };
  expect(resource('{env: test, team: a}')).toEqual({ env: 'prod', team: 'a' });
  expect(resource('{env: test, attributes: [{name: env, value: test}, {name: team, value: a}]}')).toEqual({
    attributes: [
      { name: 'team', value: 'a' },
      { name: 'env', value: 'prod' },
    ],
  });
  expect(resource('{attributes_list: "team=a,en%76=test,env=test"}')).toEqual({
    attributes_list: 'team=a',
    attributes: [{ name: 'env', value: 'prod' }],
  });
  const declared = 'service: {telemetry: {resource: {attributes: [{name: env, value: prod}]}}}';
  expect(resource('{env: test}', declared)).toEqual({ env: 'prod' });
});

test('what has the wrong shape is no way around the lock', () => {
  const layer = 'receivers: {otlp: }\nservice: {pipelines: {logs: }, telemetry: {resource: {env: prod}}}';
  const enforced = data(layer);
  expect(locked('receivers: 5\nservice: text', layer)).toEqual(enforced);
  expect(locked('receivers: [a]\nservice: {pipelines: x, telemetry: [1]}', layer)).toEqual(enforced);
  expect(locked('receivers: "${yaml:{}}"\nservice: {telemetry: {resource: "${env:X}"}}', layer)).toEqual(
    enforced,
  );
});
