import { ComponentHealthSchema, create } from '@drover/opamp';
import { expect, test } from 'vitest';
import { AgentObservation } from './agent-observation.ts';

const HEALTHY = create(ComponentHealthSchema, { healthy: true });

function observed() {
  const ignore = () => {};
  const observation = new AgentObservation({
    onObserved: ignore,
    onCustomCapabilities: ignore,
    onCustomMessage: ignore,
    onLinkError: ignore,
  });
  return { observation, agent: observation.observer() };
}

test('who waits for something hears of it when it is said, whatever is said before', async () => {
  const { observation, agent } = observed();
  const waiting = observation.until(
    ({ health }) => health?.healthy === true,
    60_000,
    new AbortController().signal,
  );
  agent.onLink(true);
  agent.onHealth(create(ComponentHealthSchema, { healthy: false }));
  agent.onHealth(HEALTHY);
  expect(await waiting.ended).toBe('seen');
});

test('what was said already need not be said again, until it is forgotten', async () => {
  const { observation, agent } = observed();
  agent.onHealth(HEALTHY);
  const isSaid = () =>
    observation.until(({ health }) => health !== undefined, 1, new AbortController().signal);
  expect(await isSaid().ended).toBe('seen');
  agent.onLink(true);
  observation.forget({ isLinked: true });
  expect(observation.current).toMatchObject({ health: undefined, isLinked: true });
  expect(await isSaid().ended).toBe('timed_out');
});

test('a wait ends with its signal, also where that was over before', async () => {
  const { observation } = observed();
  const stopping = new AbortController();
  const waiting = observation.until(() => false, 60_000, stopping.signal);
  stopping.abort();
  expect(await waiting.ended).toBe('aborted');
  expect(await observation.until(() => false, 60_000, stopping.signal).ended).toBe('aborted');
});
