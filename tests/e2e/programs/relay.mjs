#!/usr/bin/env node
// A small real program as a command agent runs it: reads a JSON configuration, listens, takes a changed configuration up
// on SIGHUP, and can check one.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    config: { type: 'string' },
    port: { type: 'string', default: '0' },
    check: { type: 'boolean' },
    version: { type: 'boolean' },
  },
});

function read() {
  const text = readFileSync(values.config, 'utf8');
  let config;
  try {
    config = JSON.parse(text);
  } catch (error) {
    throw new Error(`relay: ${values.config} is no JSON: ${error.message}`);
  }
  const unknown = Object.keys(config).find((key) => !['name', 'listen', 'token'].includes(key));
  if (unknown !== undefined) throw new Error(`relay: unknown setting "${unknown}"`);
  return config;
}

function end(error) {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}

if (values.version) process.stdout.write('relay 2.7.1\n');
else if (values.check) {
  try {
    read();
  } catch (error) {
    end(error);
  }
} else run();

function run() {
  let config;
  let listener;
  const take = () => {
    try {
      config = read();
    } catch (error) {
      end(error);
    }
    listener?.close();
    listener = undefined;
    if (config.listen !== undefined) {
      listener = createTcpServer().listen(config.listen, '127.0.0.1');
      listener.on('error', (error) =>
        end(new Error(`relay: cannot listen on ${config.listen}: ${error.code}`)),
      );
    }
  };
  take();
  process.on('SIGHUP', take);
  createServer((_request, response) => response.end(`relay ${config.name}\n`)).listen(
    Number(values.port),
    '127.0.0.1',
  );
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.exit(0));
}
