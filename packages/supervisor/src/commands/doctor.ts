import type { Finding } from '../doctor/finding.ts';
import { runChecks } from '../doctor/run-checks.ts';
import type { CommandLine } from './command-line.ts';
import { print, printable } from './print.ts';

const EXIT_BROKEN = 1;
const EXIT_WRONG_SETTINGS = 2;

/** Names each thing that is broken, and what to do. */
export async function doctor({
  settingsFile,
  output,
}: Extract<CommandLine, { kind: 'validate' | 'doctor' }>): Promise<number> {
  const findings = await runChecks(settingsFile, process.env);
  const count = (status: Finding['status']) => findings.filter((each) => each.status === status).length;
  const counts = {
    ok: count('ok'),
    warning: count('warning'),
    broken: count('broken'),
    skipped: count('skipped'),
  };
  print(output, { settingsFile, counts, findings }, () => {
    const sum = `${counts.broken} broken, ${counts.warning} warnings, ${counts.ok} ok\n`;
    return `${findings.map(inWords).join('')}\n${sum}`;
  });
  if (findings.some(({ check, status }) => check === 'settings' && status === 'broken'))
    return EXIT_WRONG_SETTINGS;
  return counts.broken > 0 ? EXIT_BROKEN : 0;
}

function inWords({ check, status, agent, message, fix }: Finding): string {
  const head = `${status.padEnd(8)} ${check.padEnd(18)} `;
  const about = agent === null ? '' : `${agent}: `;
  const lines = message.split('\n').map(printable).filter(Boolean);
  const indent = ' '.repeat(head.length);
  return `${head}${about}${lines.join(`\n${indent}`)}\n${fix === '' ? '' : `${indent}-> ${printable(fix)}\n`}`;
}
