import type { AgentDrift } from '@drover/api';
import { Time } from '../components/time.tsx';

type Reassert = NonNullable<AgentDrift['reassert']>;

/** What policy did about an agent's drift: tries, the last, the next, or that it gave up. */
export function ReassertFigures({ reassert }: { readonly reassert: Reassert }) {
  const { tries, maxTries, lastAt, nextAt, isStopped } = reassert;
  return (
    <>
      {tries === 0
        ? `Policy re-asserts it by itself, at most ${maxTries} times`
        : `Re-asserted by policy ${tries} of ${maxTries} times`}
      {lastAt === null ? null : (
        <>
          {', last '}
          <Time at={lastAt} />
        </>
      )}
      {nextAt === null ? null : (
        <>
          {', next '}
          <Time at={nextAt} />
        </>
      )}
      {isStopped ? '; left alone until it is given something again' : ''}
    </>
  );
}
