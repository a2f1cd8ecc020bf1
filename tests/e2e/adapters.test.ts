import { describe, expect } from 'vitest';
import { type AdapterSubject, adapterSuite } from './support/adapter-suite.ts';
import { ROOT } from './support/process.ts';
import {
  COLLECTOR,
  collectorHiding,
  describeWithCollector,
  FLUENT_BIT,
  MINIMAL_COLLECTOR,
} from './support/requirements.ts';
import { IDLE, idleWith, listeningOn } from './support/supervised.ts';

const ANY_VERSION = expect.stringMatching(/^\d+\.\d+\.\d+/);

const collector: AdapterSubject = {
  settings: { executable: COLLECTOR },
  localFile: 'subject.yaml',
  config: idleWith,
  withSecret: (secret) =>
    IDLE.replace(
      'exporters: {nop: }',
      `exporters: {nop: , otlphttp/masked: {endpoint: "http://127.0.0.1:9", headers: {authorization: ${secret}}}}`,
    ),
  broken: { config: 'receivers: {no_such_receiver: }\n', words: 'no_such_receiver' },
  listening: { config: listeningOn, words: 'address already in use' },
  reloads: true,
  description: { 'service.version': ANY_VERSION },
  status: 'StatusOK',
  components: ['pipeline:traces'],
  reportsComponents: true,
};

describeWithCollector('a Collector as an agent', () => adapterSuite(collector));

describeWithCollector('a Collector without the opamp extension as an agent', () =>
  adapterSuite({
    ...collector,
    settings: { executable: './otelcol' },
    programs: { otelcol: collectorHiding('opamp') },
    reloads: false,
    components: [],
  }),
);

describeWithCollector(
  `a Collector without any extension${MINIMAL_COLLECTOR === '' ? ', played by one that hides them,' : ''} as an agent`,
  () =>
    adapterSuite({
      ...collector,
      settings: { executable: MINIMAL_COLLECTOR || './otelcol' },
      programs: { otelcol: collectorHiding('opamp', 'health_check') },
      reloads: false,
      status: 'running; it cannot be asked how it is',
      components: [],
    }),
);

const fluentBit: AdapterSubject = {
  settings: { kind: 'fluentbit', executable: FLUENT_BIT.path },
  localFile: 'subject.yaml',
  config: (mark) =>
    `service: {flush: 1, http_port: 1, daemon: on}\npipeline:\n  inputs: [{name: dummy, tag: ${mark}}]\n  outputs: [{name: stdout, match: "*"}]\n`,
  withSecret: (secret) =>
    `pipeline:\n  inputs: [{name: dummy, tag: masked}]\n  outputs: [{name: http, match: nothing, http_passwd: ${secret}}]\n`,
  broken: {
    config: 'pipeline:\n  inputs: [{name: no_such_input}]\n  outputs: [{name: stdout, match: "*"}]\n',
    words: 'no_such_input',
  },
  listening: {
    config: (port) =>
      `pipeline:\n  inputs: [{name: tcp, listen: 127.0.0.1, port: ${port}}]\n  outputs: [{name: stdout, match: "*"}]\n`,
    words: 'could not bind',
  },
  reloads: true,
  description: { 'service.name': 'fluent-bit', 'service.version': ANY_VERSION },
  status: 'StatusOK',
  components: ['input:dummy.0', 'output:stdout.0'],
  reportsComponents: true,
};

describe(`Fluent Bit${FLUENT_BIT.isStandIn ? ' (a stand-in for it)' : ''} as an agent`, () =>
  adapterSuite(fluentBit));

describe(`Fluent Bit${FLUENT_BIT.isStandIn ? ' (a stand-in for it)' : ''} as an agent, in the classic format`, () =>
  adapterSuite({
    ...fluentBit,
    localFile: 'subject.conf',
    config: (mark) =>
      `[SERVICE]\n    Flush 1\n    HTTP_Port 1\n[Serv]\n    Daemon on\n[INPUT]\n    Name dummy\n    Tag ${mark}\n[OUTPUT]\n    Name stdout\n    Match *\n`,
    withSecret: (secret) =>
      `[INPUT]\n    Name dummy\n    Tag masked\n[OUTPUT]\n    Name http\n    Match nothing\n    HTTP_Passwd ${secret}\n`,
    broken: { config: '[INPUT]\n    Name no_such_input\n', words: 'no_such_input' },
    listening: {
      config: (port) =>
        `[INPUT]\n    Name tcp\n    Listen 127.0.0.1\n    Port ${port}\n[OUTPUT]\n    Name stdout\n    Match *\n`,
      words: 'could not bind',
    },
  }));

const command: AdapterSubject = {
  settings: {
    kind: 'command',
    executable: `${ROOT}tests/e2e/programs/relay.mjs`,
    args: ['--config', '{config}', '--port', '{port}'],
    config_name: 'relay.json',
    validate_command: ['{executable}', '--check', '--config', '{config}'],
    reload_signal: 'SIGHUP',
    version_command: ['{executable}', '--version'],
    health: { http: 'http://127.0.0.1:{port}/', interval: '1s' },
    description: { identifying_attributes: { 'service.name': 'relay' } },
  },
  localFile: 'subject.json',
  config: (mark) => JSON.stringify({ name: mark }),
  withSecret: (secret) => JSON.stringify({ name: 'masked', token: secret }),
  broken: { config: '{"colour": "red"}', words: 'unknown setting "colour"' },
  listening: { config: (port) => JSON.stringify({ listen: port }), words: 'cannot listen' },
  reloads: true,
  description: { 'service.name': 'relay', 'service.version': '2.7.1' },
  status: 'healthy',
  components: [],
  reportsComponents: false,
};

describe('a command as an agent', () => adapterSuite(command));

describe('a command that is restarted and cannot be asked how it is, as an agent', () => {
  const {
    reload_signal: _reload,
    health: _health,
    ...settings
  } = command.settings as Record<string, unknown>;
  adapterSuite({
    ...command,
    settings,
    reloads: false,
    status: 'running; it cannot be asked how it is',
  });
});
