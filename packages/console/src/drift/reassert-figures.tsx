import type { AgentDrift } from '@drover/api';
import { Time } from '../components/time.tsx';

type Reassert = NonNullable<AgentDrift['reassert']>;

/** What policy did about an agent's drift: tries, the last, the next, or that it gave up. */
export function ReassertFigures({ reassert }: { readonly reassert: Reassert }) {
  const { tries, maxTries, lastAt, nextAt, isStopped } = reassert;
  return (
    <>
      {tries === 0
        ? `The policy re-asserts it automatically, at most ${maxTries} times`
        : `Re-asserted by the policy ${tries} of ${maxTries} times`}
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
      {isStopped ? '; gave up until its next rollout' : ''}
    </>
  );
}
