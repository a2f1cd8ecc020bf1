import { execFile, spawn } from 'node:child_process';
import { copyFile, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const run = promisify(execFile);
const PACKAGE = fileURLToPath(new URL('..', import.meta.url));
const ROOT = join(PACKAGE, '../..');
const BIN = join(ROOT, 'node_modules/.bin');
const env = { ...process.env, PATH: [dirname(process.execPath), BIN, process.env.PATH].join(delimiter) };

let folder: string;
let contents: string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'opamp-packed-'));
  // Built beside, so that nothing of an earlier build is in it.
  const stage = join(folder, 'stage');
  await mkdir(stage);
  for (const name of ['package.json', 'README.md', 'LICENSE'])
    await copyFile(join(PACKAGE, name), join(stage, name));
  for (const name of ['proto', 'examples'])
    await cp(join(PACKAGE, name), join(stage, name), { recursive: true });
  const out = ['--outDir', join(stage, 'dist'), '--tsBuildInfoFile', join(stage, 'dist/.tsbuildinfo')];
  await run(join(BIN, 'tsc'), ['-p', PACKAGE, ...out], { env });
  const packed = await run(
    'npm',
    ['pack', stage, '--pack-destination', folder, '--json', '--ignore-scripts'],
    { env, cwd: folder },
  );
  const [{ filename, files }] = JSON.parse(packed.stdout) as [
    { filename: string; files: { path: string }[] },
  ];
  contents = files.map(({ path }) => path);
  const project = join(folder, 'project');
  await mkdir(project);
  await writeFile(join(project, 'package.json'), '{"name": "empty", "private": true, "type": "module"}');
  const dependencies = ['@bufbuild/protobuf', 'ws'].map((name) => join(ROOT, 'node_modules', name));
  await run(
    'npm',
    [
      'install',
      '--offline',
      '--no-audit',
      '--no-fund',
      '--ignore-scripts',
      join(folder, filename),
      ...dependencies,
    ],
    { env, cwd: project },
  );
  for (const name of ['server.ts', 'client.ts'])
    await copyFile(join(project, 'node_modules/@drover/opamp/examples', name), join(project, name));
}, 120_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

/** A program of the empty project, and what it prints. */
function program(name: string, argument: string) {
  const child = spawn(process.execPath, [name, argument], { cwd: join(folder, 'project'), env });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  return {
    until: (pattern: RegExp) =>
      expect
        .poll(() => output, { timeout: 20_000 })
        .toMatch(pattern)
        .then(() => pattern.exec(output)?.[1] ?? ''),
    async [Symbol.asyncDispose]() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      if (child.exitCode === null && child.kill('SIGTERM')) await ended;
    },
  };
}

describe('the package as it is published', () => {
  test('holds what is needed to use it, and nothing else', async () => {
    expect(contents).toEqual(
      expect.arrayContaining([
        'LICENSE',
        'README.md',
        'dist/index.js',
        'dist/index.d.ts',
        'dist/client/index.js',
        'dist/server/index.js',
        'proto/opamp/v1/opamp.proto',
        'examples/client.ts',
        'examples/server.ts',
      ]),
    );
    expect(
      contents.filter((path) =>
        /\.test\.|testing|conformance|^src|^scripts|tsbuildinfo|\.d\.ts\.map$/.test(path),
      ),
    ).toEqual([]);
    const installed = await readdir(join(folder, 'project/node_modules'), { recursive: false });
    expect(installed.filter((name) => !name.startsWith('.')).sort()).toEqual(['@bufbuild', '@drover', 'ws']);
  });

  test('has a map for each of its modules that needs no file of ours', async () => {
    const modules = contents.filter((path) => path.endsWith('.js'));
    expect(modules.length).toBeGreaterThan(50);
    for (const path of modules) {
      const text = await readFile(join(folder, 'stage', `${path}.map`), 'utf8');
      expect(JSON.parse(text)).toMatchObject({ sourcesContent: [expect.stringContaining('')] });
    }
  });

  test('has types that hold in a strict project that checks them, with no types of its dependencies', async () => {
    const settings = {
      compilerOptions: {
        ...{ target: 'es2022', lib: ['es2022', 'esnext.disposable'], module: 'nodenext', strict: true },
        ...{
          noEmit: true,
          skipLibCheck: false,
          types: ['node'],
          typeRoots: [join(ROOT, 'node_modules/@types')],
        },
      },
      files: ['server.ts', 'client.ts'],
    };
    const project = join(folder, 'project');
    await writeFile(join(project, 'tsconfig.json'), JSON.stringify(settings));
    const listed = await run(join(BIN, 'tsc'), ['-p', project, '--listFiles'], { env, cwd: project });
    expect(listed.stdout).toContain('@drover/opamp/dist/server/index.d.ts');
    expect(listed.stdout).not.toContain('@types/ws');
  });

  test.each(['ws', 'http'])(
    'runs both examples in an empty project over %s',
    async (scheme) => {
      await using server = program('server.ts', '0');
      const address = await server.until(/listening on ws:\/\/(\S+)/);
      await using client = program('client.ts', `${scheme}://${address}`);
      await client.until(/applied receivers: \{\}/);
      await server.until(/reported .*remoteConfigStatus/);
    },
    60_000,
  );

  test('shows the examples in its README as they are run', async () => {
    const readme = await readFile(join(PACKAGE, 'README.md'), 'utf8');
    for (const name of ['server.ts', 'client.ts']) {
      const example = await readFile(join(PACKAGE, 'examples', name), 'utf8');
      expect(readme).toContain(example.trimEnd());
      expect(example.split('\n').length).toBeLessThanOrEqual(30);
    }
  });
});
