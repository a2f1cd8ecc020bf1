import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DataCheck, missingText } from './data-check.ts';
import { flowSample, type Signal } from './flow-sample.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'setInterval', 'clearInterval'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** An agent that takes in and sends as many log records in each second as its rates say. */
function checked(windowMs = 6_000) {
  const agent = {
    acceptedRate: 10,
    sentRate: 10,
    isSilent: false,
    signals: new Set<Signal>(['logs']),
    restart() {
      startedAtMs = performance.now();
    },
  };
  let startedAtMs = performance.now();
  const onMissing = vi.fn();
  const onUnknown = vi.fn();
  const check = new DataCheck({
    windowMs,
    onMissing,
    onUnknown,
    read: async () => {
      if (agent.isSilent) return undefined;
      const seconds = (performance.now() - startedAtMs) / 1_000;
      const text = `otelcol_receiver_accepted_log_records ${seconds * agent.acceptedRate}\notelcol_exporter_sent_log_records ${seconds * agent.sentRate}`;
      return { sample: flowSample(text, performance.now()), signals: agent.signals };
    },
  });
  return { agent, check, onMissing, onUnknown };
}

async function flowedFor(check: DataCheck, ms: number) {
  check.begin();
  await vi.advanceTimersByTimeAsync(ms);
  return check.flowing();
}

test('what flows on is no news', async () => {
  const { agent, check, onMissing } = checked();
  const before = await flowedFor(check, 6_000);
  expect([...before]).toEqual(['accepted logs', 'sent logs']);
  agent.restart();
  check.expect(before);
  expect(check.isPending).toBe(true);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(onMissing).not.toHaveBeenCalled();
  expect(check.isPending).toBe(false);
  check.close();
});

test('what is taken in and not sent any more is missed after the window, and found when it flows again', async () => {
  const { agent, check, onMissing } = checked();
  const before = await flowedFor(check, 6_000);
  agent.restart();
  agent.sentRate = 0;
  check.expect(before);
  await vi.advanceTimersByTimeAsync(4_000);
  expect(onMissing).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(20_000);
  expect(onMissing.mock.calls).toEqual([[['sent logs']]]);
  agent.sentRate = 5;
  await vi.advanceTimersByTimeAsync(4_000);
  expect(onMissing.mock.calls).toEqual([[['sent logs']], [undefined]]);
  check.close();
});

test('what did not flow before is not expected', async () => {
  const { agent, check, onMissing } = checked();
  agent.acceptedRate = 0;
  agent.sentRate = 0;
  const before = await flowedFor(check, 6_000);
  check.expect(before);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(onMissing).not.toHaveBeenCalled();
  check.close();
});

test('a signal without a pipeline is meant to stop', async () => {
  const { agent, check, onMissing } = checked();
  const before = await flowedFor(check, 6_000);
  agent.acceptedRate = 0;
  agent.sentRate = 0;
  agent.signals = new Set(['traces']);
  check.expect(before);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(onMissing).not.toHaveBeenCalled();
  check.close();
});

test('an agent that cannot be asked gives no verdict, and that is said', async () => {
  const { agent, check, onMissing, onUnknown } = checked();
  const before = await flowedFor(check, 6_000);
  agent.isSilent = true;
  check.expect(before);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(onMissing).not.toHaveBeenCalled();
  expect(onUnknown).toHaveBeenCalledTimes(1);
  check.close();
});

test('what is missing is named', () => {
  expect(missingText(['accepted logs', 'sent logs'], 30_000)).toBe(
    'no logs taken in, no logs sent for 30 s after the apply, while there were before',
  );
});
