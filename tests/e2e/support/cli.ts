import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './process.ts';

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The real `drover` command in a folder, with nothing but a login stored there to find the server by. */
export interface Cli {
  readonly environment: NodeJS.ProcessEnv;
  run(...args: string[]): Promise<Ended>;
  /** As `run`, with this on standard input. */
  runWith(input: string, ...args: string[]): Promise<Ended>;
  /** What a command that succeeds prints as JSON. */
  json<T>(...args: string[]): Promise<T>;
  /** Writes a file into the folder; returns its name. */
  file(name: string, text: string): string;
}

export function cliIn(folder: string): Cli {
  const { DROVER_URL: _url, DROVER_TOKEN: _token, ...rest } = process.env;
  const environment = { ...rest, NODE_OPTIONS: '', XDG_CONFIG_HOME: join(folder, 'config') };
  const runWith = (input: string | undefined, ...args: string[]): Promise<Ended> =>
    new Promise((done) => {
      const child = execFile(
        process.execPath,
        [`${ROOT}packages/cli/bin/drover.js`, ...args],
        { env: environment, cwd: folder, maxBuffer: 64 * 1024 * 1024 },
        (error, stdout, stderr) =>
          done({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
      );
      if (input !== undefined) child.stdin?.end(input);
    });
  const run = (...args: string[]) => runWith(undefined, ...args);
  return {
    environment,
    run,
    runWith,
    async json<T>(...args: string[]) {
      const { code, stdout, stderr } = await run(...args, '-o', 'json');
      if (code !== 0) throw new Error(`drover ${args.join(' ')} ended with ${code}: ${stderr}`);
      return JSON.parse(stdout) as T;
    },
    file(name, text) {
      writeFileSync(join(folder, name), text);
      return name;
    },
  };
}
