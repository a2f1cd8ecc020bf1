import { LoadGenerator, type LoadOptions } from './load-generator.ts';
import { say } from './say.ts';
import type { RunningSubject } from './subject.ts';

const AT_ONCE = 10_000;

/** Makes agents known by letting them connect, say everything, and go: no other way in is needed, and none is faked. */
export async function makeKnown(
  server: RunningSubject,
  load: string,
  { agents, first = 0, ...rest }: { readonly agents: number } & LoadOptions,
): Promise<void> {
  for (let from = first; from < first + agents; from += AT_ONCE) {
    const count = Math.min(AT_ONCE, first + agents - from);
    await using generator = await LoadGenerator.start(load, server.opampUrl, count, { first: from, ...rest });
    const result = await generator.run({ do: 'connect', timeoutSeconds: 300 });
    if (result.answered < count) throw new Error(`only ${result.answered} of ${count} agents were answered`);
    say(`${from + count} agents known`);
  }
}
