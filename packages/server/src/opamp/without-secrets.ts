import { MASK } from '@drover/collector-config';
import {
  type ComponentHealth,
  ComponentHealthSchema,
  decodeMessage,
  EffectiveConfigSchema,
  encodeMessage,
} from '@drover/opamp';
import type { AgentReport } from '../agents/agent.ts';
import { secretMask } from '../configs/secret-mask.ts';
import { maskMetricsTokens, mayHoldMetricsToken } from '../telemetry/own-metrics-tokens.ts';

/**
 * The report without the values of secrets that Drover itself brought to the agent, wherever they stand in what it says
 * of its configuration, its health and its errors; the report itself where there are none. `secretTexts` is asked only
 * for reports that could hold them. Tokens for own metrics are known by their form.
 */
export function withoutSecrets(report: AgentReport, secretTexts: () => readonly string[]): AgentReport {
  const { parts, config, health } = report;
  const mayHold =
    parts.effectiveConfig !== undefined ||
    parts.health !== undefined ||
    (config !== undefined && config.errorMessage !== '');
  if (!mayHold) return report;
  const mask = secretMask(secretTexts());
  // Nearly all reports hold no secret: a look at their bytes is less work than to read them.
  if (mask === undefined && !holdsMetricsToken(report)) return report;
  const clean = (text: string): string => maskMetricsTokens(mask === undefined ? text : mask(text), MASK);
  return {
    ...report,
    parts: {
      ...parts,
      ...(parts.effectiveConfig === undefined
        ? {}
        : { effectiveConfig: cleanConfig(parts.effectiveConfig, clean) }),
      ...(parts.health === undefined ? {} : { health: cleanHealth(parts.health, clean) }),
    },
    ...(config === undefined ? {} : { config: { ...config, errorMessage: clean(config.errorMessage) } }),
    ...(health === undefined
      ? {}
      : { health: { ...health, status: clean(health.status), lastError: clean(health.lastError) } }),
  };
}

function holdsMetricsToken({ parts, config, health }: AgentReport): boolean {
  const contents = [
    parts.effectiveConfig,
    parts.health,
    config?.errorMessage,
    health?.status,
    health?.lastError,
  ];
  return contents.some((content) => content !== undefined && mayHoldMetricsToken(content));
}

function cleanConfig(bytes: Uint8Array, clean: (text: string) => string): Uint8Array {
  const decoded = decodeMessage(EffectiveConfigSchema, bytes);
  if (decoded.kind !== 'message' || decoded.message.configMap === undefined) return bytes;
  const { message } = decoded;
  for (const file of Object.values(message.configMap?.configMap ?? {})) {
    const text = Buffer.from(file.body).toString('utf8');
    const cleaned = clean(text);
    if (cleaned !== text) file.body = Buffer.from(cleaned);
  }
  return encodeMessage(EffectiveConfigSchema, message);
}

function cleanHealth(bytes: Uint8Array, clean: (text: string) => string): Uint8Array {
  const decoded = decodeMessage(ComponentHealthSchema, bytes);
  if (decoded.kind !== 'message') return bytes;
  const walk = (health: ComponentHealth): void => {
    health.lastError = clean(health.lastError);
    health.status = clean(health.status);
    for (const part of Object.values(health.componentHealthMap)) walk(part);
  };
  walk(decoded.message);
  return encodeMessage(ComponentHealthSchema, decoded.message);
}
