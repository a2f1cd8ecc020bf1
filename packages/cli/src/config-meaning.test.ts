import { describe, expect, it } from 'vitest';
import { meaningText } from './config-meaning.ts';

const BEFORE = `receivers: {otlp: {protocols: {grpc: {}}}}
processors: {batch: {timeout: 1s}}
exporters: {debug: {}}
service: {pipelines: {traces: {receivers: [otlp], processors: [batch], exporters: [debug]}}}
`;

describe('meaningText', () => {
  it('is empty where only the writing differs', () => {
    const rewritten = BEFORE.replace('{batch: {timeout: 1s}}', '\n  batch:\n    timeout: 1s');
    expect(meaningText(BEFORE, `# a comment\n${rewritten}`)).toBe('');
  });

  it('names pipelines, components and settings', () => {
    const after = BEFORE.replace('timeout: 1s', 'timeout: 5s')
      .replace('debug: {}', 'debug: {}, otlp/eu: {endpoint: "eu:4317"}')
      .replace('exporters: [debug]', 'exporters: [debug, otlp/eu]');
    const text = meaningText(BEFORE, after) ?? '';
    expect(text).toContain('~ pipeline traces: +otlp/eu');
    expect(text).toContain('+ exporter otlp/eu');
    expect(text).toMatch(/timeout: 1s → 5s/);
  });

  it('is undefined for what is no Collector configuration', () => {
    expect(meaningText(BEFORE, '[INPUT]\n  Name tail')).toBeUndefined();
  });
});
