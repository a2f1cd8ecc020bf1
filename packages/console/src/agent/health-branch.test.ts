import type { ComponentHealthView } from '@drover/api';
import { expect, it } from 'vitest';
import { healthBranch, healthError } from './health-branch.ts';

const component = (
  components: Record<string, ComponentHealthView> = {},
  healthy = true,
): ComponentHealthView => ({
  healthy,
  status: '',
  lastError: '',
  startedAt: null,
  statusAt: null,
  components,
});

it('opens the way to what is unhealthy, however deep, and folds the rest', () => {
  const deep = component({ b: component({ c: component({ d: component({}, false) }) }) });
  const fine = component({ b: component({ c: component({ d: component() }) }) });
  const root = healthBranch('Agent', component({ 'a-fine': fine, 'z-deep': deep }));
  const [first, second] = root.children;
  expect([root.isOpen, root.below, root.unhealthyBelow]).toEqual([true, 8, 1]);
  expect(first?.name).toBe('z-deep');
  const open = (branch = first): readonly (boolean | undefined)[] =>
    branch === undefined || branch.children.length === 0 ? [] : [branch.isOpen, ...open(branch.children[0])];
  expect(open()).toEqual([true, true, true]);
  expect(open(second)).toEqual([true, false, false]);
});

it('folds a healthy branch of many', () => {
  const many = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`p${at}`, component()]));
  const root = healthBranch('Agent', component({ pipelines: component(many) }));
  expect(root.children[0]).toMatchObject({ isOpen: false, below: 30 });
});

it('says the error of the agent, or that of the component which has one', () => {
  const refused = { ...component({}, false), lastError: 'connection refused' };
  const root = component({ pipelines: component({ 'exporter:otlp': refused }) }, false);
  expect(healthError(root)).toBe('exporter:otlp: connection refused');
  expect(healthError({ ...root, lastError: 'no disk' })).toBe('no disk');
  expect(healthError(component({}, false))).toBe('');
});
