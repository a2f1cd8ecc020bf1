/**
 * Feeds mutated messages to the decoders, to the fast path beside the generic decoder, and to the session engine:
 * `npm run fuzz -w @drover/opamp -- [messages] [seed]`, a million when left out. Exit code 1, with the bytes, where
 * something throws, where the two decoders disagree, or where a limit does not hold.
 */
import { parseArgs } from 'node:util';
import { fuzz } from '../src/testing/fuzz.ts';

const DEFAULT_MESSAGES = 1_000_000;

const { positionals } = parseArgs({ allowPositionals: true });
const messages = Number(positionals[0] ?? DEFAULT_MESSAGES);
const seed = Number(positionals[1] ?? Date.now() % 0x7fffffff);
if (!Number.isSafeInteger(messages) || messages < 1 || !Number.isSafeInteger(seed)) {
  console.error('usage: fuzz.ts [messages] [seed], both whole numbers');
  process.exitCode = 2;
} else {
  console.log(`${messages} mutated messages, seed ${seed}`);
  const outcome = fuzz(messages, seed);
  console.log(JSON.stringify(outcome));
  if (outcome.failures.length > 0) process.exitCode = 1;
}
