// Cleans up after a demo that was killed. Standard input comes from the demo: its folder (not as an argument, which
// would make this a process of the folder), then each process it started, the first to be ended last, then `done` where
// it cleaned up itself. The end of that stream means that the demo is gone.
import { createInterface } from 'node:readline';
import { stopAll } from './stop.ts';

let folder = '';
const pids: number[] = [];
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});

let isDone = false;
for await (const line of createInterface({ input: process.stdin })) {
  if (folder === '') folder = line;
  else if (line === 'done') isDone = true;
  else pids.unshift(Number(line));
}
if (!isDone && folder !== '') await stopAll(pids, folder);
