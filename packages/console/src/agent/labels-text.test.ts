import { describe, expect, it } from 'vitest';
import { formatLabels, parseLabels } from './labels-text.ts';

describe('labels as a line of text', () => {
  it('come back as they were written', () => {
    const labels = { env: 'prod', 'team/owner': 'a,b "c"', empty: '' };
    expect(parseLabels(formatLabels(labels))).toEqual({ kind: 'labels', labels });
  });

  it('may have blanks and a comma at the end', () => {
    expect(parseLabels(' env = prod ,region=eu, ')).toEqual({
      kind: 'labels',
      labels: { env: 'prod', region: 'eu' },
    });
    expect(parseLabels('')).toEqual({ kind: 'labels', labels: {} });
  });

  it('say what is wrong', () => {
    expect(parseLabels('env')).toMatchObject({ kind: 'wrong', reason: expect.stringContaining('no value') });
    expect(parseLabels('a b=c')).toMatchObject({ kind: 'wrong', reason: expect.stringContaining('"a b"') });
    expect(parseLabels('a=1,a=2')).toMatchObject({ kind: 'wrong', reason: expect.stringContaining('twice') });
    expect(parseLabels('a="x')).toMatchObject({ kind: 'wrong' });
  });
});
