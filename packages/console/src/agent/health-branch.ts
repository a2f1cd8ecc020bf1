import type { ComponentHealthView } from '@drover/api';

/** A component with what is below it. */
export interface HealthBranch {
  readonly name: string;
  readonly health: ComponentHealthView;
  /** What is broken, or holds what is broken, first. */
  readonly children: readonly HealthBranch[];
  /** Components below, at any depth. */
  readonly below: number;
  readonly unhealthyBelow: number;
  readonly isOpen: boolean;
}

/** The error of the unhealthy agent or, where it names none of its own, of the first component that has one, with its name before it. */
export function healthError({ lastError, components }: ComponentHealthView): string {
  if (lastError !== '') return lastError;
  for (const [name, component] of Object.entries(components)) {
    const below = healthError(component);
    // The innermost name says where it is.
    if (below !== '') return component.lastError === '' ? below : `${name}: ${below}`;
  }
  return '';
}

/** So many below a healthy branch are shown at once. */
const OPEN_MAX = 8;
const OPEN_DEPTH = 2;

/** Branches with something unhealthy are open, and small ones near the root; the rest is folded. */
export function healthBranch(name: string, health: ComponentHealthView, depth = 0): HealthBranch {
  const children = Object.entries(health.components)
    .map(([childName, child]) => healthBranch(childName, child, depth + 1))
    .sort((a, b) => brokenness(b) - brokenness(a) || a.name.localeCompare(b.name));
  const below = children.reduce((sum, child) => sum + 1 + child.below, 0);
  const unhealthyBelow = children.reduce(
    (sum, child) => sum + (child.health.healthy ? 0 : 1) + child.unhealthyBelow,
    0,
  );
  const isSmall = depth < OPEN_DEPTH && children.length <= OPEN_MAX;
  // The root is open in any case: it is why one looks.
  return {
    name,
    health,
    children,
    below,
    unhealthyBelow,
    isOpen: depth === 0 || unhealthyBelow > 0 || isSmall,
  };
}

function brokenness({ health, unhealthyBelow }: HealthBranch): number {
  return (health.healthy ? 0 : 2) + (unhealthyBelow > 0 ? 1 : 0);
}
