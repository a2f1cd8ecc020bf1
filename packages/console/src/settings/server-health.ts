import type { SelfHealth } from '@drover/api';
import type { StateWord } from '../components/tone.ts';

/** Above this people notice that answers are late. */
const LATE_MS = 100;
const VERY_LATE_MS = 500;
const NEAR = 0.9;

/** What an operator would look at, worst first; none where all is well. */
export function healthRemarks(health: SelfHealth): readonly StateWord[] {
  const { database, eventLoop, memory, links, agents, eventStreams } = health;
  const linkCount = links.websocket + links.http;
  const found: (StateWord | false)[] = [
    !database.isReachable && { tone: 'broken', word: 'The database is not responding' },
    eventLoop.p99Ms >= VERY_LATE_MS && {
      tone: 'broken',
      word: 'The process is overloaded and responds late',
    },
    memory.heapUsedBytes > NEAR * memory.heapLimitBytes && {
      tone: 'broken',
      word: 'Memory is nearly exhausted',
    },
    eventLoop.p99Ms >= LATE_MS &&
      eventLoop.p99Ms < VERY_LATE_MS && { tone: 'look', word: 'The process sometimes responds late' },
    (database.writes?.p99Ms ?? 0) >= VERY_LATE_MS && {
      tone: 'look',
      word: 'Database writes are slow',
    },
    links.limit !== null &&
      linkCount > NEAR * links.limit && { tone: 'look', word: 'Agent connections are near their limit' },
    agents.known > NEAR * agents.limit && { tone: 'look', word: 'The number of agents is near its limit' },
    eventStreams.open > NEAR * eventStreams.limit && {
      tone: 'look',
      word: 'Open consoles are near their limit',
    },
  ];
  return found.filter((each) => each !== false);
}

/** `0.4 ms`, `120 ms`, `1.2 s`. */
export function millisecondsText(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(1)} s`;
  return `${ms < 10 ? Number(ms.toFixed(1)) : Math.round(ms)} ms`;
}
