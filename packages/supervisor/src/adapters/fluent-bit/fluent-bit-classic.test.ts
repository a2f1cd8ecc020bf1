import { expect, test } from 'vitest';
import { OPEN_POLICY } from '../../policy/host-policy.ts';
import { configJudge } from '../../policy/judge-config.ts';
import { forbiddenFiles } from '../judge-files.ts';
import { classicData, isClassic } from './fluent-bit-classic.ts';

const TEXT = `# a comment
@SET A=1
@INCLUDE /etc/other.conf
[INPUT]
    Name tail
    Path /var/log/app.log
[INPUT]
    Name cpu
    Add  one 1
    Add  two 2
`;

test('sections are data: each kind with the list of its sections, keys in lower case, repeated ones together', () => {
  expect(classicData(TEXT)).toEqual({
    set: ['A=1'],
    include: [{ path: '/etc/other.conf' }],
    input: [
      { name: 'tail', path: '/var/log/app.log' },
      { name: 'cpu', add: ['one 1', 'two 2'] },
    ],
  });
});

test('names that mean something to the reader itself are data as any other', () => {
  const data = classicData('[constructor]\n    toString x\n[__proto__]\n    __proto__ y\n@__proto__ z\n');
  expect(Object.keys(data).sort()).toEqual(['__proto__', 'constructor']);
  expect(Object.entries(data).flatMap(([, sections]) => sections)).toHaveLength(3);
  expect(Object.getPrototypeOf(data)).toBe(Object.prototype);
});

test.each([
  ['[INPUT]\n', true],
  ['\n# a comment\n@SET a=b\n', true],
  ['service:\n', false],
  ['# only a comment\n', false],
  ['  [indented]\n', false],
])('%j is classic: %s', (text, expected) => {
  expect(isClassic(text)).toBe(expected);
});

test("the host's policy reads the classic format", () => {
  const policy = { ...OPEN_POLICY, read: { allow: ['/var/log/**'], deny: [] } };
  const judge = configJudge([{ path: 'policy', policy }], {
    environment: {},
    workingFolder: '/',
    isSetAtStart: () => false,
    realPath: (path) => path,
  });
  const judged = (body: string) =>
    forbiddenFiles({
      judge,
      hasPolicies: true,
      files: [{ name: 'main', body, contentType: '' }],
      readOther: (text) => (isClassic(text) ? classicData(text) : undefined),
    });
  expect(judged('[INPUT]\n    Name tail\n    Path /var/log/app.log\n')).toBeUndefined();
  expect(judged('[INPUT]\n    Name tail\n    Path /etc/shadow\n')).toContain('policy.files.read.allow');
  expect(judged(TEXT)).toContain('/etc/other.conf');
});
