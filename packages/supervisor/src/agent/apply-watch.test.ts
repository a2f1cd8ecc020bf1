import { expect, test } from 'vitest';
import { ApplyWatch } from './apply-watch.ts';

function watchAt(startMs = 1_000) {
  const clock = { nowMs: startMs };
  return { clock, watch: new ApplyWatch(() => clock.nowMs) };
}

test('the gap of an apply runs from the interruption to health, its duration to the verdict', () => {
  const { clock, watch } = watchAt();
  watch.begin('aa');
  clock.nowMs += 100;
  watch.applies('reload');
  watch.interrupted('apply');
  clock.nowMs += 40;
  expect(watch.resumed()).toEqual({ cause: 'apply', ms: 40 });
  watch.concluded('applied');
  expect(watch.last).toMatchObject({
    hash: 'aa',
    verdict: 'applied',
    method: 'reload',
    durationMs: 140,
    gapMs: 40,
  });
  expect(watch.resumed()).toBeUndefined();
});

test('the gap of an apply that is rolled back lasts until the former configuration serves', () => {
  const { clock, watch } = watchAt();
  watch.begin('aa');
  watch.applies('restart');
  watch.interrupted('apply');
  clock.nowMs += 300;
  watch.concluded('failed');
  expect(watch.last).toMatchObject({ verdict: 'failed', gapMs: undefined });
  watch.interrupted('crash');
  clock.nowMs += 200;
  expect(watch.resumed()).toEqual({ cause: 'apply', ms: 500 });
  expect(watch.last).toMatchObject({ durationMs: 300, gapMs: 500 });
});

test('what touches nothing has no gap', () => {
  const { watch } = watchAt();
  watch.begin('aa');
  watch.concluded('failed');
  expect(watch.last).toMatchObject({ method: 'none', gapMs: 0 });
});

test('a crash is no gap of the apply that lies behind it', () => {
  const { clock, watch } = watchAt();
  watch.begin('aa');
  watch.concluded('applied');
  watch.interrupted('crash');
  clock.nowMs += 900;
  expect(watch.resumed()).toEqual({ cause: 'crash', ms: 900 });
  expect(watch.last?.gapMs).toBe(0);
});

test('a verdict that is taken back is that of the last apply, until the next one has its own', () => {
  const { watch } = watchAt();
  watch.begin('aa');
  watch.concluded('applied');
  watch.concluded('failed');
  expect(watch.last).toMatchObject({ hash: 'aa', verdict: 'failed' });
  watch.begin('bb');
  expect(watch.last?.hash).toBe('aa');
});
