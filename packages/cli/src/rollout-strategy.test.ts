import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { addStrategyOptions, checkStrategy, strategyOf } from './rollout-strategy.ts';

function read(...args: string[]) {
  const command = addStrategyOptions(new Command()).exitOverride();
  command.parse(args, { from: 'user' });
  return strategyOf(command.opts());
}

describe('the options of a strategy', () => {
  test('without any, all at once', () => {
    expect(read()).toEqual({ kind: 'all' });
    expect(read('--rate', '5', '--max-failed', '2')).toEqual({
      kind: 'all',
      maxAgentsPerSecond: 5,
      gates: { maxFailed: { count: 2 } },
    });
  });

  test('waves by number, share and selector, in order', () => {
    expect(
      read(
        '--wave',
        'ring=canary',
        '--wave',
        '2',
        '--wave',
        '25%',
        '--soak',
        '1h5m',
        '--approve-each',
        '--flow-gate',
      ),
    ).toEqual({
      kind: 'waves',
      waves: [
        { selector: 'ring=canary', approval: true },
        { count: 2, approval: true },
        { percent: 25, approval: true },
      ],
      gates: { soakSeconds: 3900, flow: {} },
    });
  });

  test('a window with its zone and days', () => {
    expect(read('--window', '22:00-04:00 Europe/Berlin sat,sun').window).toEqual({
      from: '22:00',
      to: '04:00',
      timezone: 'Europe/Berlin',
      days: ['sat', 'sun'],
    });
    expect(read('--window', '09:00-17:00').window).toEqual({ from: '09:00', to: '17:00' });
  });

  test.each([
    [['--wave', '0'], 'neither a number'],
    [['--wave', '200%'], 'neither a number'],
    [['--max-failed', 'few'], 'neither a number nor a share'],
    [['--soak', '5'], 'not a duration'],
    [['--window', 'at night'], 'not written as'],
    [['--window', '22:00-04:00 UTC someday'], '"someday" is none of mon'],
    [['--approve-each'], 'is for waves'],
    [['--strategy', '/does/not/exist'], 'cannot read /does/not/exist'],
    [['--strategy', 'x', '--rate', '5'], 'leave out the other options'],
  ])('%j is refused with what was wrong', (args, words) => {
    expect(() => read(...args)).toThrow(words);
  });

  test('a file is checked as a whole, every place that is wrong named', () => {
    expect(checkStrategy({ kind: 'all' }, 'x')).toEqual({ kind: 'all' });
    expect(() => checkStrategy({ kind: 'waves', waves: [{}], onFailure: 'panic' }, 'x.yaml')).toThrow(
      /x\.yaml is no strategy[\s\S]*waves\.0[\s\S]*onFailure/,
    );
  });
});
