import { expect, test } from 'vitest';
import { expandEnvironment } from './env-expansion.ts';

const env = { NAME: 'value', EMPTY: '' };

test.each([
  ['$NAME', 'value'],
  ['${NAME}', 'value'],
  ['${env:NAME}', 'value'],
  ['before-${env:NAME}-after', 'before-value-after'],
  ['${env:MISSING:-fallback}', 'fallback'],
  ['costs $$5', 'costs $5'],
  ['a plain text', 'a plain text'],
])('%s becomes %s', (text, expected) => {
  expect(expandEnvironment({ key: [text] }, env)).toEqual({ value: { key: [expected] }, problems: [] });
});

test('a variable that is not set is a problem with its path', () => {
  expect(expandEnvironment({ agent: { args: ['x', '$MISSING'] } }, env).problems).toEqual([
    { path: ['agent', 'args', 1], message: 'the environment variable MISSING is not set' },
  ]);
});

test('an empty variable is as good as none', () => {
  expect(expandEnvironment({ a: '$EMPTY' }, env).problems).toHaveLength(1);
});

test('the names of layers are left alone where layers are listed', () => {
  const document = { agent: { config_files: ['$REMOTE_CONFIG', '${env:NAME}.yaml'] } };
  expect(expandEnvironment(document, env).value).toEqual({
    agent: { config_files: ['$REMOTE_CONFIG', 'value.yaml'] },
  });
});
