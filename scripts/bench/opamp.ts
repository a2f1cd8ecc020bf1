import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildGoPrograms } from './go-programs.ts';
import { measure } from './opamp-measure.ts';
import { type Measured, opampReport } from './opamp-report.ts';
import { sayHowPinned } from './pinned.ts';
import { say } from './say.ts';
import { droverSubject, leanSubject, librarySubject } from './subject.ts';

function refused(what: string): number {
  say(`${what} is not known: --transport websocket, http or both; --only lean, library or drover`);
  return 2;
}

/** Drover, a lean server on our library and one on opamp-go's, one after the other under the same load. */
export async function benchOpamp(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      agents: { type: 'string', default: '5000' },
      // lean (opamp-go), library (@drover/opamp) or drover
      only: { type: 'string' },
      transport: { type: 'string', default: 'both' },
      // Passed to Node before the server, e.g. --node-arg=--cpu-prof
      'node-arg': { type: 'string', multiple: true, default: [] },
    },
  });
  const programs = await buildGoPrograms();
  if (programs.kind === 'missing') {
    say(programs.reason);
    return 1;
  }
  sayHowPinned();
  const agents = Number(values.agents);
  const dataDir = mkdtempSync(join(tmpdir(), 'drover-bench-'));
  const nodeArgs = values['node-arg'];
  const transports = values.transport === 'both' ? (['websocket', 'http'] as const) : [values.transport];
  try {
    for (const transport of transports) {
      if (transport !== 'websocket' && transport !== 'http') return refused(`--transport ${transport}`);
      const subjects = {
        lean: leanSubject(programs.lean),
        library: librarySubject(nodeArgs),
        drover: droverSubject(join(dataDir, transport), nodeArgs),
      };
      const figures: Measured[] = [];
      for (const [key, subject] of Object.entries(subjects)) {
        if (values.only !== undefined && values.only !== key) continue;
        figures.push({
          name: subject.name,
          figures: await measure(subject, programs.load, agents, transport),
        });
      }
      if (figures.length === 0) return refused(`--only ${values.only}`);
      process.stdout.write(`\nOpAMP over ${transport}, ${agents} agents\n\n${opampReport(figures)}\n`);
    }
    return 0;
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}
