import type { DriftDifference as DriftView } from '@drover/api';
import type { DriftDifference } from '@drover/collector-config';
import { shownValue } from './intended-config.ts';

/** A difference as a person may see it: secrets are masked. */
export function shownDifference({ path, change, intended, effective }: DriftDifference): DriftView {
  return {
    path,
    change,
    ...(intended === undefined ? {} : { intended: shownValue(path, intended) }),
    ...(effective === undefined ? {} : { effective: shownValue(path, effective) }),
  };
}
