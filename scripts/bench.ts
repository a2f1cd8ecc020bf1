import { benchConsole } from './bench/console.ts';
import { benchList } from './bench/list.ts';
import { benchOpamp } from './bench/opamp.ts';
import { benchRollouts } from './bench/rollouts.ts';
import { say } from './bench/say.ts';
import { benchSupervisor } from './bench/supervisor.ts';
import { ROOT, runAttached } from './lib/run.ts';

/** Each prints figures to standard output and asserts nothing; the number is the exit code. */
const BENCHES: Readonly<Record<string, (args: readonly string[]) => Promise<number>>> = {
  opamp: benchOpamp,
  list: benchList,
  rollouts: benchRollouts,
  supervisor: benchSupervisor,
  console: benchConsole,
};

const USAGE = `npm run bench [-- NAME [OPTIONS]]; NAME is one of ${Object.keys(BENCHES).join(', ')}; all of them when left out.`;

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === '--help' || name === '-h') {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  if (name !== undefined && BENCHES[name] === undefined) {
    process.stderr.write(`There is no bench "${name}". ${USAGE}\n`);
    return 2;
  }
  say('building');
  const built = await runAttached(process.execPath, [`${ROOT}/scripts/build.ts`]);
  if (built !== 0) return built;
  let worst = 0;
  for (const [each, bench] of Object.entries(BENCHES)) {
    if (name !== undefined && each !== name) continue;
    worst = Math.max(worst, await bench(rest));
  }
  return worst;
}

// Servers under test are ended in the exit handlers of those who started them; a signal alone would skip these.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
process.exitCode = await main(process.argv.slice(2));
