import { create } from '@bufbuild/protobuf';
import {
  ComponentHealthSchema,
  configMapToMessage,
  decodeMessage,
  EffectiveConfigSchema,
  encodeMessage,
} from '@drover/opamp';
import { expect, test } from 'vitest';
import type { AgentReport, InstanceUid } from '../agents/agent.ts';
import { OwnMetricsTokens } from '../telemetry/own-metrics-tokens.ts';
import { withoutSecrets } from './without-secrets.ts';

const SECRETS = ['hunter2', 'hunter2-long', '-----BEGIN KEY-----\nMIIEvQ\n-----END KEY-----\n', 'abc'];

function report(text: string): AgentReport {
  const configMap = configMapToMessage(
    new Map([['', { body: Buffer.from(text), contentType: 'text/yaml' }]]),
  );
  const health = create(ComponentHealthSchema, {
    lastError: text,
    componentHealthMap: { inner: create(ComponentHealthSchema, { status: text }) },
  });
  return {
    sequenceNum: 1n,
    capabilities: 1n,
    parts: {
      effectiveConfig: encodeMessage(EffectiveConfigSchema, create(EffectiveConfigSchema, { configMap })),
      health: encodeMessage(ComponentHealthSchema, health),
    },
    health: { state: 'unhealthy', status: '', lastError: text },
    config: { status: 'failed', hash: 'aa', errorMessage: text },
  };
}

test('the values of secrets are taken out of configuration, health and errors', () => {
  const text =
    'key: hunter2-long\nother: hunter2\npem: |\n  -----BEGIN KEY-----\n  MIIEvQ\n  -----END KEY-----\nabc: kept';
  const clean = withoutSecrets(report(text), () => SECRETS);
  const all = [
    Buffer.from(clean.parts.effectiveConfig ?? []).toString('latin1'),
    Buffer.from(clean.parts.health ?? []).toString('latin1'),
    JSON.stringify([clean.health, clean.config]),
  ].join('\n');
  for (const planted of ['hunter2', 'MIIEvQ']) expect(all).not.toContain(planted);
  expect(clean.config?.errorMessage).toContain('key: [REDACTED]\nother: [REDACTED]\n');
  expect(clean.config?.errorMessage).toContain('abc: kept');
  const decoded = decodeMessage(EffectiveConfigSchema, clean.parts.effectiveConfig ?? new Uint8Array());
  expect(decoded.kind).toBe('message');
});

test('tokens for own metrics are taken out, those of other agents and of former days too', () => {
  const tokens = new OwnMetricsTokens(Buffer.alloc(32, 1));
  const own = tokens.issue('01900000-0000-7000-8000-000000000001' as InstanceUid, null);
  const former = tokens.issue('01900000-0000-7000-8000-000000000002' as InstanceUid, 5);
  const clean = withoutSecrets(report(`a: "Bearer ${own}"\nb: ${former}\nc: kept`), () => []);
  const all = [
    Buffer.from(clean.parts.effectiveConfig ?? []).toString('latin1'),
    Buffer.from(clean.parts.health ?? []).toString('latin1'),
    JSON.stringify([clean.health, clean.config]),
  ].join('\n');
  expect(all).not.toContain('drv_metrics_');
  expect(clean.config?.errorMessage).toBe('a: "Bearer [REDACTED]"\nb: [REDACTED]\nc: kept');
});

test('a report that could hold none costs no question, and one without is left as it is', () => {
  const quiet: AgentReport = { sequenceNum: 1n, capabilities: 1n, parts: {} };
  const asked = () => {
    throw new Error('asked');
  };
  expect(withoutSecrets(quiet, asked)).toBe(quiet);
  const full = report('nothing here');
  expect(withoutSecrets(full, () => [])).toBe(full);
});
