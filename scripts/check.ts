// Runs every check, also after one failed, and says which did. Arguments pick some by name: `npm run check -- types`.
import { CHECK_STEPS } from './check/steps.ts';

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !CHECK_STEPS.some((step) => step.name === name));
const failed: string[] = [];

if (unknown.length > 0) {
  const names = CHECK_STEPS.map((step) => `"${step.name}"`).join(', ');
  process.stderr.write(`There is no check ${unknown.join(', ')}. There are ${names}.\n`);
  process.exitCode = 2;
} else {
  for (const step of CHECK_STEPS) {
    if (wanted.length > 0 && !wanted.includes(step.name)) continue;
    const startedAt = Date.now();
    const problem = await step.run();
    const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
    process.stdout.write(`${problem === '' ? 'ok    ' : 'FAILED'} ${step.name} (${seconds} s)\n`);
    if (problem === '') continue;
    failed.push(step.name);
    process.stdout.write(`${problem.replaceAll(/^/gm, '  ')}\n\n`);
  }
  process.stdout.write(failed.length === 0 ? 'All checks passed.\n' : `Failed: ${failed.join(', ')}.\n`);
  process.exitCode = failed.length === 0 ? 0 : 1;
}
