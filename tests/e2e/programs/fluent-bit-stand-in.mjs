#!/usr/bin/env node
// A STAND-IN for Fluent Bit, used by tests where the machine has no real one. It has the command line, the two
// configuration formats and the HTTP interface that the official documentation describes, and moves no data.
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';

const VERSION = '4.0.3';
const PLUGINS = {
  inputs: { cpu: 'CPU Usage', dummy: 'Generate dummy data', tcp: 'TCP' },
  filters: { modify: 'modify records', lua: 'Lua Scripting Filter' },
  outputs: { stdout: 'Prints events to STDOUT', null: 'Throws away events', http: 'HTTP Output' },
};

const { values } = parseArgs({
  options: {
    config: { type: 'string', short: 'c' },
    'dry-run': { type: 'boolean', short: 'D' },
    version: { type: 'boolean', short: 'V' },
    help: { type: 'boolean', short: 'h' },
    'enable-hot-reload': { type: 'boolean', short: 'Y' },
    quiet: { type: 'boolean', short: 'q' },
  },
});

if (values.version) {
  process.stdout.write(`Fluent Bit v${VERSION}\nGit commit: stand-in\n`);
} else if (values.help) {
  process.stdout.write(help());
} else {
  run();
}

function help() {
  const list = Object.entries(PLUGINS).map(
    ([group, plugins]) =>
      `\n\u001b[1m${group[0].toUpperCase()}${group.slice(1)}\u001b[0m\n${Object.entries(plugins)
        .map(([name, text]) => `  ${name.padEnd(24)}${text}\n`)
        .join('')}`,
  );
  return `Usage: fluent-bit [OPTION]\n\n\u001b[1mAvailable Options\u001b[0m\n  -c  --config=FILE       specify an optional configuration file\n${list.join('')}\n\u001b[1mInternal\u001b[0m\n Event Loop  = none\n`;
}

function log(level, text) {
  process.stderr.write(`[2026/01/01 00:00:00] [${level}] ${text}\n`);
}

function fail(...lines) {
  for (const line of lines) log('error', line);
  process.exit(1);
}

/** Sections as in YAML, whichever format the file has. Throws with the words of the program. */
function load(file) {
  const text = readFileSync(file, 'utf8');
  return /\.ya?ml$/.test(file) ? loadYaml(text, file) : loadClassic(text, file);
}

function loadYaml(text, file) {
  let data;
  try {
    data = parse(text, { uniqueKeys: false }) ?? {};
  } catch (error) {
    throw new Error(`[config] YAML error found in file "${file}": ${error.message.split('\n')[0]}`);
  }
  const config = { service: data.service ?? {}, inputs: [], filters: [], outputs: [] };
  for (const key of ['inputs', 'filters', 'outputs']) config[key].push(...(data.pipeline?.[key] ?? []));
  for (const name of data.includes ?? []) {
    const included = load(resolve(dirname(file), name));
    // Entries of several service sections are joined, the first of a key is found.
    config.service = { ...included.service, ...config.service };
    for (const key of ['inputs', 'filters', 'outputs']) config[key].push(...included[key]);
  }
  return config;
}

function loadClassic(text, file) {
  const config = { service: {}, inputs: [], filters: [], outputs: [] };
  let current;
  for (const [index, line] of text.split('\n').entries()) {
    const section = /^\[([^\]]*)\]/.exec(line)?.[1].toLowerCase();
    if (section !== undefined) {
      if ('service'.startsWith(section)) current = config.service;
      else {
        current = {};
        config[`${section.replace(/s$/, '')}s`]?.push(current);
      }
    } else if (line.startsWith('@INCLUDE ')) {
      const included = load(resolve(dirname(file), line.slice('@INCLUDE '.length).trim()));
      config.service = { ...included.service, ...config.service };
      for (const key of ['inputs', 'filters', 'outputs']) config[key].push(...included[key]);
    } else if (line.trim() !== '' && !line.trim().startsWith('#') && !line.startsWith('@')) {
      const [, key, value] = /^\s+(\S+)\s+(.*)$/.exec(line) ?? [];
      if (key === undefined || current === undefined)
        throw new Error(`[config] error in ${file}:${index + 1}: invalid indentation level`);
      current[key.toLowerCase()] ??= value.trim();
    }
  }
  return config;
}

function check(config) {
  for (const group of ['inputs', 'filters', 'outputs']) {
    for (const plugin of config[group]) {
      const name = plugin.name ?? plugin.Name;
      if (!(name in PLUGINS[group]))
        throw new Error(`[config] section '${name}' tried to instance a plugin name that doesn't exist`);
    }
  }
}

function run() {
  process.stderr.write(`Fluent Bit v${VERSION}\n* stand-in for tests\n\n`);
  const file = resolve(values.config ?? '');
  let config;
  try {
    config = load(file);
    check(config);
  } catch (error) {
    fail(error.message, 'configuration file contains errors, aborting.');
  }
  if (values['dry-run']) {
    process.stderr.write('configuration test is successful\n');
    return;
  }
  let engine = start(config);
  let reloads = 0;
  let isReloading = false;

  async function reload() {
    isReloading = true;
    try {
      const next = load(file);
      check(next);
      await stop(engine);
      engine = start(next);
      reloads++;
      log(' info', '[reload] successful reload done.');
    } catch (error) {
      log('error', error.message);
      log('error', '[reload] reloaded config is invalid. Reloading is halted');
    }
    isReloading = false;
  }

  process.on('SIGHUP', () => void reload());
  for (const signal of ['SIGTERM', 'SIGINT']) {
    process.on(signal, async () => {
      log('engine', `caught signal (${signal})`);
      await stop(engine);
      process.exit(0);
    });
  }

  function start(current) {
    const startedAt = Date.now();
    const servers = [];
    for (const [index, input] of current.inputs.entries()) {
      if (input.name !== 'tcp') continue;
      const server = createTcpServer().listen(Number(input.port), '127.0.0.1');
      server.on('error', () =>
        fail(
          `[input:tcp:tcp.${index}] could not bind address 127.0.0.1:${input.port}. Aborting`,
          '[lib] backend failed',
        ),
      );
      servers.push(server);
    }
    if (String(current.service.http_server) === 'on') {
      const http = createHttpServer((request, response) => answer(request, response, current, startedAt));
      http.listen(Number(current.service.http_port), current.service.http_listen);
      http.on('error', () => fail('[http_server] could not start'));
      servers.push(http);
    }
    return servers;
  }

  function stop(servers) {
    return Promise.all(
      servers.map((server) => {
        server.closeAllConnections?.();
        return new Promise((done) => server.close(done));
      }),
    );
  }

  function answer(request, response, current, startedAt) {
    const send = (status, body) => {
      response.writeHead(status, { connection: 'close' });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    };
    switch (`${request.method} ${request.url}`) {
      case 'GET /api/v1/health':
        return String(current.service.health_check) === 'on' ? send(200, 'ok\n') : send(404, '');
      case 'GET /api/v1/uptime':
        return send(200, { uptime_sec: Math.floor((Date.now() - startedAt) / 1_000), uptime_hr: 'stand-in' });
      case 'GET /api/v1/metrics':
        return send(200, {
          input: Object.fromEntries(
            current.inputs.map(({ name }, index) => [`${name}.${index}`, { records: 0, bytes: 0 }]),
          ),
          output: Object.fromEntries(
            current.outputs.map(({ name, alias }, index) => [
              alias ?? `${name}.${index}`,
              {
                proc_records: 0,
                proc_bytes: 0,
                errors: 0,
                retries: 0,
                retries_failed: 0,
                dropped_records: 0,
              },
            ]),
          ),
        });
      case 'GET /api/v2/reload':
        return send(200, { hot_reload_count: reloads });
      case 'POST /api/v2/reload':
      case 'PUT /api/v2/reload':
        if (String(current.service.hot_reload) !== 'on')
          return send(200, { reload: 'not enabled', status: -1 });
        if (isReloading) return send(400, { reload: 'in progress', status: -2 });
        send(200, { reload: 'done', status: 0 });
        return void setImmediate(reload);
      default:
        return send(404, '');
    }
  }
}
