import { expect, test } from 'vitest';
import { exposition } from './exposition.ts';
import { Counter, Gauge, Histogram } from './metric.ts';

test('counters, gauges and histograms in the text format of Prometheus', () => {
  const counter = new Counter({
    name: 'c_total',
    help: 'What \\ is\ncounted',
    labelNames: ['agent', 'reason'],
  });
  counter.add({ agent: 'a', reason: 'x' });
  counter.add({ agent: 'a', reason: 'x' }, 2);
  counter.add({ agent: 'a "b"\\\n', reason: 'y' }, 0);
  const gauge = new Gauge({ name: 'g', help: 'G', labelNames: [] }, () => [[{}, 1.5]]);
  const histogram = new Histogram({ name: 'h_seconds', help: 'H', labelNames: ['agent'] }, [0.1, 1]);
  for (const value of [0.1, 0.5, 7]) histogram.observe({ agent: 'a' }, value);
  expect(exposition([counter, gauge, histogram])).toBe(
    [
      '# HELP c_total What \\\\ is\\ncounted',
      '# TYPE c_total counter',
      'c_total{agent="a",reason="x"} 3',
      'c_total{agent="a \\"b\\"\\\\\\n",reason="y"} 0',
      '# HELP g G',
      '# TYPE g gauge',
      'g 1.5',
      '# HELP h_seconds H',
      '# TYPE h_seconds histogram',
      'h_seconds_bucket{agent="a",le="0.1"} 1',
      'h_seconds_bucket{agent="a",le="1"} 2',
      'h_seconds_bucket{agent="a",le="+Inf"} 3',
      'h_seconds_sum{agent="a"} 7.6',
      'h_seconds_count{agent="a"} 3',
      '',
    ].join('\n'),
  );
});

test('a family without a sample is named all the same', () => {
  expect(exposition([new Counter({ name: 'c_total', help: 'C', labelNames: [] })])).toBe(
    '# HELP c_total C\n# TYPE c_total counter\n',
  );
});
