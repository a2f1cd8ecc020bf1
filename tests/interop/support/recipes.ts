import { join } from 'node:path';
import { built, type Recipe } from '../../../scripts/interop/build-program.ts';
import { UPSTREAM_SUPERVISOR_RECIPE } from '../../../scripts/interop/upstream-supervisor.ts';

/** How to start a program of `programs/`; its own arguments follow these. */
export interface Command {
  readonly command: string;
  readonly args: readonly string[];
}

const GO: Recipe = {
  name: 'go',
  tools: ['go'],
  steps: (_sources, target) => [
    { command: 'go', args: ['build', '-trimpath', '-o', `${target}/`, './client', './server'] },
  ],
};

/** npm installs beside the manifest, so the sources go into the cache with it. */
const NODE: Recipe = {
  name: 'node',
  tools: ['npm'],
  steps: (sources, target) => [
    { command: 'cp', args: ['-R', `${sources}/.`, target] },
    { command: 'npm', args: ['ci', '--prefix', target, '--ignore-scripts', '--no-audit', '--no-fund'] },
  ],
};

const PYTHON: Recipe = {
  name: 'python',
  tools: ['python3'],
  steps: (sources, target) => [
    { command: 'python3', args: ['-m', 'venv', join(target, 'venv')] },
    {
      command: join(target, 'venv/bin/pip'),
      args: ['install', '--quiet', '--no-deps', '-r', join(sources, 'requirements.txt')],
    },
    { command: 'cp', args: [join(sources, 'client.py'), target] },
  ],
};

const JAVA: Recipe = {
  name: 'java',
  tools: ['java', 'javac', 'mvn'],
  steps: (sources, target) => [
    {
      command: 'mvn',
      args: [
        '-q',
        '-B',
        '-f',
        join(sources, 'pom.xml'),
        'dependency:copy-dependencies',
        `-DoutputDirectory=${join(target, 'lib')}`,
      ],
    },
    {
      command: 'javac',
      args: ['-cp', join(target, 'lib/*'), '-d', join(target, 'classes'), join(sources, 'Client.java')],
    },
  ],
};

/** A Collector of few components, one of which speaks custom messages; the released ones have none. */
const COLLECTOR_ECHO: Recipe = {
  name: 'collector-echo',
  tools: ['go'],
  steps: (_sources, target) => [
    {
      command: 'go',
      args: ['build', '-trimpath', '-ldflags=-s -w', '-o', join(target, 'otelcol-echo'), '.'],
      env: { CGO_ENABLED: '0' },
    },
  ],
};

/** A program on other people's software: what it needs, and how it is started once that is built. */
export interface Peer {
  readonly tools: readonly string[];
  ready(): Promise<Command>;
}

function peer(recipe: Recipe, command: (folder: string) => Command): Peer {
  return { tools: recipe.tools, ready: async () => command(await built(recipe)) };
}

export const GO_CLIENT = peer(GO, (folder) => ({ command: join(folder, 'client'), args: [] }));
export const GO_SERVER = peer(GO, (folder) => ({ command: join(folder, 'server'), args: [] }));
export const UPSTREAM_SUPERVISOR = peer(UPSTREAM_SUPERVISOR_RECIPE, (folder) => ({
  command: join(folder, 'opampsupervisor'),
  args: [],
}));
export const NODE_CLIENT = peer(NODE, (folder) => ({
  command: process.execPath,
  args: [join(folder, 'client.js')],
}));
export const NODE_SERVER = peer(NODE, (folder) => ({
  command: process.execPath,
  args: [join(folder, 'server.js')],
}));
export const PYTHON_CLIENT = peer(PYTHON, (folder) => ({
  command: join(folder, 'venv/bin/python'),
  args: [join(folder, 'client.py')],
}));
export const JAVA_CLIENT = peer(JAVA, (folder) => ({
  command: 'java',
  // Two cores are shared with the server and the test: the small collector and no second compiler start fastest.
  args: [
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    '-cp',
    `${join(folder, 'classes')}:${join(folder, 'lib/*')}`,
    'Client',
  ],
}));
export const ECHO_COLLECTOR = peer(COLLECTOR_ECHO, (folder) => ({
  command: join(folder, 'otelcol-echo'),
  args: [],
}));
