import { appendFileSync, closeSync, existsSync, mkdtempSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { agentLog } from './agent-log.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drover-log-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function run(output: string) {
  const file = agentLog(folder).openForStart();
  writeSync(file, output);
  closeSync(file);
}

test('the output of the last crashes stays readable', () => {
  for (const output of ['first\n', 'second\n', 'third\n']) run(output);
  expect(readFileSync(join(folder, 'agent.log'), 'utf8')).toBe('third\n');
  expect(readFileSync(join(folder, 'agent.log.1'), 'utf8')).toBe('second\n');
  expect(readFileSync(join(folder, 'agent.log.2'), 'utf8')).toBe('first\n');
});

test('a bounded number of files is kept, and starts without output take none', () => {
  for (let run_ = 0; run_ < 9; run_++) run(`run ${run_}\n`);
  run('');
  run('');
  expect(existsSync(join(folder, 'agent.log.6'))).toBe(false);
  expect(readFileSync(join(folder, 'agent.log.1'), 'utf8')).toBe('run 8\n');
});

test('a large file is emptied under the running agent, which goes on writing to it', () => {
  const log = agentLog(folder, 10);
  const file = log.openForStart();
  writeSync(file, 'more than ten bytes\n');
  log.rotateIfLarge();
  writeSync(file, 'on\n');
  closeSync(file);
  expect(readFileSync(join(folder, 'agent.log'), 'utf8')).toBe('on\n');
  expect(readFileSync(join(folder, 'agent.log.1'), 'utf8')).toBe('more than ten bytes\n');
});

test('the tail begins with a whole line', () => {
  run('aaaa\nbbbb\ncccc\n');
  expect(agentLog(folder).tail(7)).toBe('cccc\n');
  expect(agentLog(folder).tail(1_000)).toBe('aaaa\nbbbb\ncccc\n');
  appendFileSync(join(folder, 'agent.log'), 'dddd\n');
  expect(agentLog(folder).tail(0)).toBe('');
});

test('without a file there is no tail', () => {
  expect(agentLog(folder).tail(100)).toBe('');
});
