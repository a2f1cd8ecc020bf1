import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from './run.ts';
import { onStopRequest } from './stop-request.ts';

/**
 * Runs a program of ours on this terminal until it ends; signals that this process gets go to it. Its exit code, or
 * 128 and the signal's number where a signal ended it.
 */
export function runForeground(program: string, args: readonly string[]): Promise<number> {
  return new Promise((done) => {
    const child = spawn(process.execPath, [join(ROOT, program), ...args], { stdio: 'inherit' });
    onStopRequest((signal) => {
      // Ctrl-C on a terminal reaches the child as well, and a second signal would end it at once.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
    child.on('error', (error) => {
      process.stderr.write(`${program}: ${error.message}\n`);
      done(1);
    });
    child.on('exit', (code, signal) => done(code ?? (signal === 'SIGINT' ? 130 : 143)));
  });
}
