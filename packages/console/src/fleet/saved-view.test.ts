import type { SavedView } from '@drover/api';
import { describe, expect, test } from 'vitest';
import { EVERYTHING, isShown, searchOfView, shownView, viewOf } from './saved-view.ts';

const saved = (name: string, search: Parameters<typeof viewOf>[0]): SavedView => ({
  ...viewOf(search),
  filter: viewOf(search).filter ?? {},
  name,
  author: 'ann',
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
});

describe('a saved view', () => {
  test('leads back to what was saved', () => {
    for (const search of [
      {},
      { q: 'web prod', selector: 'env=prod', health: ['unhealthy'] },
      { q: 'env in (a,b)', cols: ['name', 'label:env'], sort: '-name', by: 'attr:os.type' },
    ] as const) {
      const view = saved('a', search);
      expect(viewOf(searchOfView(view))).toEqual(viewOf(search));
      expect(isShown(view, search)).toBe(true);
      expect(isShown(view, { ...search, sort: 'health' })).toBe(false);
    }
  });

  test('without columns of its own is shown with any', () => {
    const plain = saved('plain', { q: 'web' });
    const wide = saved('wide', { q: 'web', cols: ['name', 'label:env'] });
    expect(shownView([plain, wide], { q: 'web', cols: ['name', 'os'] })).toBe(plain);
    expect(shownView([plain, wide], { q: 'web', cols: ['name', 'label:env'] })).toBe(wide);
    expect(isShown(EVERYTHING, { cols: ['name', 'os'] })).toBe(true);
    expect(isShown(EVERYTHING, { by: 'type' })).toBe(false);
  });
});
