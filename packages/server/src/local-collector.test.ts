import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openLocalCollector } from './local-collector.ts';
import { startTestControlPlane } from './testing/control-plane.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drover-local-collector-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A program with the command line of a Collector, whose `validate` is this script; `$3` is the file. */
async function program(name: string, validate: string): Promise<string> {
  const path = join(folder, name);
  const components = 'buildinfo:\\n  command: otelcol-test\\n  version: 1.2.3\\n';
  await writeFile(
    path,
    `#!/bin/sh\nif [ "$1" = components ]; then printf '${components}'; exit 0; fi\n${validate}\n`,
  );
  await chmod(path, 0o755);
  return path;
}

test('is asked what it is when the server starts', async () => {
  const collector = await program('known', 'exit 0');
  expect((await openLocalCollector(collector)).program).toBe('otelcol-test 1.2.3');
});

test.each([
  ['is not there', () => join(folder, 'nowhere'), 'cannot be run'],
  ['is a folder', () => folder, 'cannot be run'],
  ['is no Collector', () => '/bin/false', 'is no Collector: "components" ended with 1'],
  ['says nothing that a Collector would', () => '/bin/true', 'is no Collector'],
])('one that %s stops the start with what to do', async (_, path, words) => {
  const starting = startTestControlPlane({ DROVER_CONFIGS_COLLECTOR: path() });
  await expect(starting).rejects.toMatchObject({
    name: 'StartError',
    exitCode: 2,
    message: expect.stringContaining(words),
  });
  await expect(starting).rejects.toThrow(/^configs\.collector: .*leave the setting out$/s);
});

test('gets the text in a private file, in an empty folder, without the environment', async () => {
  const seen = join(folder, 'seen');
  const collector = await openLocalCollector(
    await program(
      'curious',
      `{ /usr/bin/stat -c '%a' "$3"; /usr/bin/stat -c '%a' .; /bin/ls -A; /usr/bin/env; /bin/cat "$3"; } > ${seen}`,
    ),
  );
  expect(await collector.validate('a: 1\n')).toEqual({ kind: 'valid' });
  const [fileMode, folderMode, ...rest] = (await readFile(seen, 'utf8')).trim().split('\n');
  expect([fileMode, folderMode]).toEqual(['600', '700']);
  // What a shell sets of its own accord.
  expect(rest.filter((line) => !/^(PWD|OLDPWD|SHLVL|_)=/.test(line))).toEqual(['config.yaml', 'a: 1']);
});

test('says no in its own words, without the place of the file', async () => {
  const collector = await openLocalCollector(
    await program('strict', 'echo "some log" >&2; echo "Error: cannot read $3: no receivers" >&2; exit 1'),
  );
  expect(await collector.validate('a: 1')).toEqual({
    kind: 'invalid',
    words: 'cannot read the configuration: no receivers',
  });
});

test('may print without an end', async () => {
  const collector = await openLocalCollector(await program('loud', 'exec yes "Error: much" >&2'));
  const verdict = await collector.validate('a: 1');
  expect(verdict.kind).toBe('invalid');
  expect(JSON.stringify(verdict).length).toBeLessThan(10_000);
});

test('is run once at a time; a few wait, and more are told so', async () => {
  const running = join(folder, 'running');
  const collector = await openLocalCollector(
    await program(
      'alone',
      `if ! /bin/mkdir ${running}; then echo "Error: two at once" >&2; exit 1; fi; /bin/sleep 0.05; /bin/rmdir ${running}`,
    ),
  );
  const asked = Array.from({ length: 12 }, (_, at) => collector.validate(`a: ${at}`));
  const outcomes = await Promise.all(
    asked.map((each) =>
      each.then(
        ({ kind }) => kind,
        ({ code }: { code: string }) => code,
      ),
    ),
  );
  expect(outcomes.filter((outcome) => outcome === 'valid')).toHaveLength(9);
  expect(outcomes.slice(9)).toEqual(['validation_busy', 'validation_busy', 'validation_busy']);
  expect(await collector.validate('a: 1')).toEqual({ kind: 'valid' });
});

test('is ended with the server, and asked nothing more', async () => {
  const begun = join(folder, 'begun');
  const collector = await openLocalCollector(
    await program('endless', `: > ${begun}; while :; do /bin/sleep 0.05; done`),
  );
  const codeOf = (asking: Promise<unknown>) =>
    asking.then(
      () => 'answered',
      ({ code }: { code: string }) => code,
    );
  const asked = [codeOf(collector.validate('a: 1')), codeOf(collector.validate('a: 2'))];
  await vi.waitFor(() => readFile(begun));
  collector.stop();
  collector.stop();
  expect(await Promise.all(asked)).toEqual(['stopping', 'stopping']);
  expect(await codeOf(collector.validate('a: 3'))).toBe('stopping');
});
