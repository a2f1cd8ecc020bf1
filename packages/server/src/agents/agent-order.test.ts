import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AgentOrder, type OrderedEntry } from './agent-order.ts';

test('the kept order is that of sorting anew, whatever came, went and was renamed in between', () => {
  const step = fc.record({
    slot: fc.nat(20),
    name: fc.option(fc.constantFrom('', 'a', 'b', 'ba', 'c')),
    isRead: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const names = new Map<number, string>();
      const uidOf = (slot: number): string => `uid-${(slot * 8) % 21}`;
      const entryAt = (slot: number): OrderedEntry | undefined => {
        const name = names.get(slot);
        return name === undefined
          ? undefined
          : { slot, texts: { name, type: '', version: '', host: '' }, record: { uid: uidOf(slot) } };
      };
      const everyone = (): OrderedEntry[] =>
        [...names.keys()].map(entryAt).filter((entry) => entry !== undefined);
      const order = new AgentOrder('name', entryAt);
      for (const { slot, name, isRead } of [...steps, { slot: 0, name: 'b', isRead: true }]) {
        if (name === null) names.delete(slot);
        else names.set(slot, name);
        order.change(slot);
        if (!isRead) continue;
        const sorted = [...names].sort(([a, x], [b, y]) =>
          x === y ? (uidOf(a) < uidOf(b) ? -1 : 1) : x < y ? -1 : 1,
        );
        const slots = order.slots(everyone);
        expect([...slots]).toEqual(sorted.map(([at]) => at));
        const place = { key: 'b', uid: uidOf(3) };
        const before = sorted.filter(([at, text]) => text < 'b' || (text === 'b' && uidOf(at) < place.uid));
        expect(order.rank(slots, place, false)).toBe(before.length);
      }
    }),
  );
});
