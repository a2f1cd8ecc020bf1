import type { EnrolmentResult } from '@drover/api';
import { countOf } from './format.ts';

/** Of the agents that an act was asked for, those that it does not change, and why. */
export function ActRemainder(props: {
  readonly result: EnrolmentResult;
  readonly already: string;
  /** The act is for all of them, also for those that the result does not name. */
  readonly isWhole?: boolean;
}) {
  const { changed, unchanged, cannot, instanceUids } = props.result;
  const isCut = props.isWhole !== true && changed > instanceUids.length;
  if (unchanged === 0 && cannot.length === 0 && !isCut) return null;
  return (
    <ul>
      {unchanged === 0 ? null : (
        <li>
          {countOf(unchanged, 'agent')} {props.already}.
        </li>
      )}
      {cannot.map(({ reason, count }) => (
        <li key={reason}>
          {countOf(count, 'agent')} skipped: {reason.replace(/^is /, '')}.
        </li>
      ))}
      {isCut ? <li>{countOf(changed - instanceUids.length, 'more agent')}: repeat this for them.</li> : null}
    </ul>
  );
}
