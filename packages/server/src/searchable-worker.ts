import { parentPort } from 'node:worker_threads';
import { searchableOf } from '@drover/collector-config';
import { messageOf } from './searchable-message.ts';
import type { ReadReply, ReadRequest } from './searchable-thread.ts';

// Runs in a worker thread: to read a configuration of 80 KB takes a hundred milliseconds and more.

function main(): void {
  const port = parentPort;
  if (port === null) throw new Error('searchable-worker runs in a worker thread only');
  port.on('message', ({ id, text, isText }: ReadRequest) => {
    const reply: ReadReply = { id, message: messageOf(searchableOf(text, { isText })) };
    port.postMessage(reply);
  });
}

main();
