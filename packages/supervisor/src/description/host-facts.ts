import type { Attributes } from '@drover/opamp';
import { cloudOf } from './cloud-attributes.ts';
import { containerAttributes } from './container-attributes.ts';
import type { HostProbe } from './host-probe.ts';
import { systemAttributes } from './system-attributes.ts';

/** What all agents of a host have in common. */
export interface HostFacts {
  readonly attributes: Attributes;
  /** Value of `cloud.provider`, where the host says it. */
  readonly cloudProvider: string | undefined;
}

/** Asks the host itself, and no network. */
export function hostFacts(host: HostProbe): HostFacts {
  const cloud = cloudOf(host);
  return {
    attributes: { ...systemAttributes(host), ...containerAttributes(host), ...cloud?.attributes },
    cloudProvider: cloud?.provider,
  };
}
