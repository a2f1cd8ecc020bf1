import { describe, expect, it } from 'vitest';
import { meaningLines } from './meaning-lines.ts';

const before = `receivers: {otlp: {}}
exporters: {debug: {verbosity: basic}}
service:
  pipelines:
    traces: {receivers: [otlp], exporters: [debug]}
`;

describe('meaningLines', () => {
  it('says nothing of another way of writing', () => {
    const other = `service: {pipelines: {traces: {exporters: [debug], receivers: [otlp]}}}
exporters:
  debug:
    verbosity: "basic" # the same
receivers: {otlp: {}}
`;
    expect(meaningLines(before, other)).toEqual([]);
  });

  it('names a changed setting with both values and its pipelines', () => {
    expect(meaningLines(before, before.replace('basic', 'detailed'))).toEqual([
      {
        sign: 'changed',
        what: 'exporter debug',
        detail: expect.stringMatching(/verbosity: basic → detailed; in traces/),
      },
    ]);
  });

  it('leaves what is no Collector configuration to the comparison of lines', () => {
    expect(meaningLines(before, '[SERVICE]\n    Flush 1\n  x: y: z')).toBeUndefined();
  });
});
