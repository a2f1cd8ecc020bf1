import { describe, expect, it } from 'vitest';
import { buildProgram, parseCommand } from './program.ts';

function parse(...args: string[]) {
  let text = '';
  const program = buildProgram().configureOutput({
    writeErr: (chunk) => {
      text += chunk;
    },
  });
  try {
    return parseCommand(args, program);
  } catch (error) {
    return { error: text, cause: error };
  }
}

describe('drover-sim command line', () => {
  it('reads shares as fractions and as per cent', () => {
    expect(parse('--http', '20%', '--fail-rate', '0.05')).toMatchObject({
      settings: { httpShare: 0.2, failRate: 0.05 },
    });
  });

  it('keeps no journal and waits as agents do unless told otherwise', () => {
    expect(parse()).toMatchObject({ settings: { reconnectMs: 30_000, journal: undefined } });
    expect(parse('--reconnect', '500ms', '--journal', 'offers.jsonl')).toMatchObject({
      settings: { reconnectMs: 500, journal: 'offers.jsonl' },
    });
  });

  it('reads durations', () => {
    expect(parse('--heartbeat', '500ms', '--duration', '2m', '--apply-delay', '3')).toMatchObject({
      settings: { heartbeatMs: 500, durationMs: 120_000, applyDelayMs: 3_000 },
    });
  });

  it('starts 500 agents a second unless told otherwise', () => {
    expect(parse('--agents', '1000')).toMatchObject({ settings: { rampMs: 2_000 } });
    expect(parse('--agents', '1000', '--ramp', '0')).toMatchObject({ settings: { rampMs: 0 } });
  });

  it.each([
    [['--agents', '0'], 'whole number'],
    [['--fail-rate', '1.5'], 'from 0 to 1'],
    [['--heartbeat', 'soon'], 'a duration'],
    [['--url', 'localhost:4320'], 'ws://127.0.0.1:4320/v1/opamp'],
    [['--agents', '900000000'], '--first'],
  ])('refuses %j and says what it expected', (args, expected) => {
    expect(parse(...args)).toMatchObject({ error: expect.stringContaining(expected) });
  });
});
