// One file that runs without Node.js on the host: Node's own single executable application.
// npm run build:supervisor [-- FOLDER]
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { bundleSupervisor, FOLDER, NODE_FLAGS } from './bundle.ts';
import { thirdPartyNotices } from './third-party-notices.ts';

/** Marks the place in Node's binary that says whether a program is inside. */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';
const SUFFIX = process.platform === 'win32' ? '.exe' : '';

/** Makes `drover-supervisor` in this folder out of the Node.js that runs this, with the notices that its parts ask for beside it; what was there is removed. The path of the executable. */
async function buildExecutable(folder: string): Promise<string> {
  rmSync(folder, { recursive: true, force: true });
  const work = join(folder, 'work');
  mkdirSync(work, { recursive: true });
  const main = join(work, 'drover-supervisor.cjs');
  const { metafile } = await bundleSupervisor(main);

  const blob = join(work, 'drover-supervisor.blob');
  const config = join(work, 'sea-config.json');
  writeFileSync(
    config,
    JSON.stringify({
      main,
      output: blob,
      disableExperimentalSEAWarning: true,
      useSnapshot: false,
      useCodeCache: false,
      execArgv: NODE_FLAGS,
      // NODE_OPTIONS of the host still counts, for the authorities that it may name.
      execArgvExtension: 'env',
    }),
  );
  run(process.execPath, ['--experimental-sea-config', config]);

  const draft = join(work, `drover-supervisor${SUFFIX}`);
  copyFileSync(process.execPath, draft);
  chmodSync(draft, 0o755);
  strip(draft);
  run(process.execPath, [
    createRequire(import.meta.url).resolve('postject/dist/cli.js'),
    ...[draft, 'NODE_SEA_BLOB', blob, '--sentinel-fuse', FUSE],
    ...(process.platform === 'darwin' ? ['--macho-segment-name', 'NODE_SEA'] : []),
  ]);
  if (process.platform === 'darwin') run('codesign', ['--sign', '-', draft]);

  const program = join(folder, `drover-supervisor${SUFFIX}`);
  // Copied, because what was written in one piece stands in the cache of the system in pieces so large that a process has
  // 18 MB more of it in its memory than it uses.
  copyFileSync(draft, program);
  rmSync(work, { recursive: true });
  copyFileSync(join(FOLDER, '../../LICENSE'), join(folder, 'LICENSE'));
  writeFileSync(join(folder, 'THIRD-PARTY-NOTICES'), thirdPartyNotices(metafile));
  return program;
}

/** Symbols for a debugger are a seventh of the file. Only before the program is put in: afterwards it would be torn out again. */
function strip(file: string): void {
  if (process.platform === 'darwin') run('codesign', ['--remove-signature', file]);
  if (process.platform !== 'linux') return;
  const { status, error } = spawnSync('strip', ['--strip-unneeded', file], { stdio: 'ignore' });
  if (error !== undefined || status !== 0)
    process.stderr.write('strip is not there (package binutils): the executable stays larger\n');
}

function run(program: string, args: readonly string[]): void {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (error === undefined && status === 0) return;
  throw new Error(`${program} ${args.join(' ')} failed: ${error?.message ?? `${stdout}${stderr}`}`);
}

if (import.meta.main) {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 24 || (major === 24 && minor < 10)) {
    process.stderr.write(
      `npm run build:supervisor needs Node.js 24.10 or newer, and ${process.versions.node} runs it\n`,
    );
    process.exitCode = 1;
  } else {
    const program = await buildExecutable(resolve(process.argv[2] ?? join(FOLDER, 'dist/executable')));
    process.stdout.write(`${program} (${(statSync(program).size / 1e6).toFixed(0)} MB)\n`);
  }
}
