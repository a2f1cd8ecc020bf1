import { expect, test } from 'vitest';
import { environmentAttributes } from './environment-attributes.ts';

test('pairs are decoded; the namespace is part of who the agent is, its name and version are its own', () => {
  const text =
    'deployment.environment.name=prod, service.namespace=pay%20ments,service.name=x,service.version=1,a=b=c,';
  expect(environmentAttributes(text)).toEqual({
    kind: 'attributes',
    identifying: { 'service.namespace': 'pay ments' },
    nonIdentifying: { 'deployment.environment.name': 'prod', a: 'b=c' },
  });
});

test('nothing set is nothing said', () => {
  const nothing = { kind: 'attributes', identifying: {}, nonIdentifying: {} };
  expect([environmentAttributes(undefined), environmentAttributes('')]).toEqual([nothing, nothing]);
});

test.each(['novalue', '=x', 'a=%zz', 'a=b,c'])('%j discards all, and says what was wrong', (text) => {
  expect(environmentAttributes(text)).toMatchObject({
    kind: 'invalid',
    message: expect.stringContaining('OTEL_RESOURCE_ATTRIBUTES'),
  });
});
