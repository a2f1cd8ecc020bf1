import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openControlGroup } from './control-group.ts';

// What is shown here is what is written to the kernel's files; what the kernel makes of it is not.
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'drover-cgroup-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function read(...path: string[]): string | undefined {
  const file = join(root, ...path);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

function kernelFiles(folder: string, names: readonly string[]): void {
  mkdirSync(join(root, folder), { recursive: true });
  for (const name of names) writeFileSync(join(root, folder, name), '');
}

const V2_FILES = ['memory.max', 'memory.oom.group', 'cpu.max', 'pids.max', 'cgroup.procs'];

test('version 2: limits, the process and the kills in a group below our own', () => {
  writeFileSync(join(root, 'cgroup.controllers'), 'cpuset cpu io memory pids\n');
  kernelFiles('unit.service', ['cgroup.subtree_control']);
  writeFileSync(join(root, 'unit.service', 'cgroup.controllers'), 'cpu memory pids\n');
  kernelFiles('unit.service/agent', V2_FILES);
  const opened = openControlGroup('agent', { root, own: '0::/unit.service\n', pid: 7 });
  if (opened.kind === 'none') throw new Error(opened.why);
  expect(opened.group.controllers).toEqual(new Set(['memory', 'cpu', 'pids']));
  expect(read('unit.service/cgroup.subtree_control')).toBe('+memory +cpu +pids');

  opened.group.limit({ memoryBytes: 2 ** 28, cpus: 0.5, tasks: 50 });
  opened.group.admit(42);
  expect(V2_FILES.map((name) => read('unit.service/agent', name))).toEqual([
    String(2 ** 28),
    '1',
    '50000 100000',
    '50',
    '42',
  ]);
  opened.group.limit({});
  expect(read('unit.service/agent/memory.max')).toBe('max');

  expect(opened.group.outOfMemoryKills()).toBe(0);
  writeFileSync(join(root, 'unit.service/agent/memory.events'), 'low 0\nhigh 0\nmax 3\noom 2\noom_kill 1\n');
  expect(opened.group.outOfMemoryKills()).toBe(1);
});

test('version 2: agents stand beside the folder that a supervisor has put itself into', () => {
  writeFileSync(join(root, 'cgroup.controllers'), 'memory\n');
  kernelFiles('unit.service/supervisor', []);
  kernelFiles('unit.service', ['cgroup.subtree_control']);
  writeFileSync(join(root, 'unit.service', 'cgroup.controllers'), 'memory\n');
  const opened = openControlGroup('agent', { root, own: '0::/unit.service/supervisor\n', pid: 7 });
  expect(opened).toMatchObject({ kind: 'open', group: { controllers: new Set(['memory']) } });
  expect(readdirSync(join(root, 'unit.service'))).toContain('agent');
});

test('version 1: a folder in the tree of each controller', () => {
  for (const controller of ['memory', 'pids']) kernelFiles(`${controller}/own/agent`, ['cgroup.procs']);
  // The path is one of the host, which a container does not see.
  kernelFiles('cpu,cpuacct', []);
  const own = '9:name=systemd:/\n8:pids:/own\n4:memory:/own\n1:cpu,cpuacct:/host/path\n0::/\n';
  const opened = openControlGroup('agent', { root, own, pid: 7 });
  if (opened.kind === 'none') throw new Error(opened.why);
  opened.group.limit({ memoryBytes: 2 ** 28, cpus: 2 });
  opened.group.admit(42);
  expect(read('memory/own/agent/memory.limit_in_bytes')).toBe(String(2 ** 28));
  expect(read('memory/own/agent/cgroup.procs')).toBe('42');
  expect(read('cpu,cpuacct/agent/cpu.cfs_quota_us')).toBe('200000');
  expect(read('pids/own/agent/pids.max')).toBe('max');
  writeFileSync(
    join(root, 'memory/own/agent/memory.oom_control'),
    'oom_kill_disable 0\nunder_oom 0\noom_kill 2\n',
  );
  expect(opened.group.outOfMemoryKills()).toBe(2);
});

test('where there is nothing to work with, why is said', () => {
  const why = (own: string) => {
    const opened = openControlGroup('agent', { root, own, pid: 7 });
    return opened.kind === 'none' ? opened.why : '';
  };
  expect(why('')).toBe('this system has no control groups');
  expect(why('9:name=systemd:/\n')).toContain('no controller');
  writeFileSync(join(root, 'cgroup.controllers'), '');
  expect(why('1:memory:/\n')).toContain('in no control group');
  expect(why('0::/gone\n')).toContain('control groups cannot be made');
});
