import type { Agent, HealthState, JsonValue } from '@drover/api';

/** An attribute as text; what the agent never said is the empty text. */
export function attribute(agent: Agent, key: string): string {
  const value: JsonValue | undefined =
    agent.description.identifying[key] ?? agent.description.nonIdentifying[key];
  return value === undefined || value === null ? '' : attributeText(value);
}

export function attributeText(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export function healthStateOf(agent: Agent): HealthState {
  return agent.health === null ? 'unknown' : agent.health.healthy ? 'healthy' : 'unhealthy';
}
