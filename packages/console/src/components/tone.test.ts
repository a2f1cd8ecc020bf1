import { expect, test } from 'vitest';
import { healthWord } from './tone.ts';

test('the health of an agent that is gone is drawn as what it was, in the colour of what nobody knows', () => {
  expect(healthWord('healthy', 'connected')).toEqual({ tone: 'well', word: 'Healthy' });
  expect(healthWord('unhealthy', 'stale')).toEqual({ tone: 'broken', word: 'Unhealthy' });
  expect(healthWord('healthy', 'disconnected')).toEqual({ tone: 'gone', word: 'Was healthy' });
  expect(healthWord('unhealthy', 'disconnected')).toEqual({ tone: 'gone', word: 'Was unhealthy' });
  expect(healthWord('unknown', 'disconnected')).toEqual({ tone: 'gone', word: 'Unknown' });
});
