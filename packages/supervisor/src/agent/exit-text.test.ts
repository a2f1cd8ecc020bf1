import { expect, test } from 'vitest';
import type { AgentExit } from '../process/agent-process.ts';
import { exitText } from './exit-text.ts';

test("the agent's own error comes first, its last lines below", () => {
  expect(exitText({ exit: { code: 1, signal: undefined }, error: 'port in use', tail: 'a\nb\n' })).toBe(
    'port in use (the agent ended with exit code 1)\nIts last output:\na\nb',
  );
});

test('without words of its own there is how it ended', () => {
  const how = (exit: AgentExit) => exitText({ exit, error: '', tail: '' });
  expect(how({ code: undefined, signal: 'SIGTERM' })).toBe('the agent was ended by SIGTERM');
  expect(how({ code: undefined, signal: 'SIGKILL' })).toBe('the agent was killed (SIGKILL)');
  expect(how({ code: undefined, signal: 'SIGKILL', outOfMemoryAt: 2 ** 28 })).toBe(
    'the agent was killed by the kernel: it needed more memory than its limit of 256 MiB (limits.memory)',
  );
});

test('secrets in its output do not leave the host', () => {
  const text = exitText({
    exit: { code: 1, signal: undefined },
    error: 'cannot reach https://user:hunter2@backend',
    tail: 'api_key: planted-marker\n',
  });
  expect(text).not.toContain('hunter2');
  expect(text).not.toContain('planted-marker');
});
