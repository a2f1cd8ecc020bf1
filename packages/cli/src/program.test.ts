import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiError } from '@drover/api';
import { describe, expect, it } from 'vitest';
import { describeFailure } from './failure.ts';
import { runProgram } from './program.ts';
import type { Terminal } from './terminal.ts';

async function drover(...args: string[]) {
  const said = { out: '', err: '' };
  const terminal: Terminal = {
    env: { XDG_CONFIG_HOME: mkdtempSync(join(tmpdir(), 'drover-cli-')), DROVER_URL: 'http://127.0.0.1:9' },
    isOutputTty: false,
    canAsk: false,
    hasColour: false,
    columns: 80,
    out: (text) => {
      said.out += text;
    },
    err: (text) => {
      said.err += text;
    },
    readInput: async () => '',
    ask: async () => '',
    interrupted: new AbortController().signal,
  };
  return { code: await runProgram(args, terminal), ...said };
}

describe('exit codes', () => {
  it.each([[['--help']], [['--version']], [['agents', 'list', '--help']], [['help', 'rollouts']]])(
    '%j is 0 and goes to standard output',
    async (args) => {
      const result = await drover(...args);
      expect(result).toMatchObject({ code: 0, err: '' });
      expect(result.out).not.toBe('');
    },
  );

  it.each([
    [[], 'Usage'],
    [['agents'], 'Usage'],
    [['agents', 'fly'], "unknown command 'fly'"],
    [['agents', 'list', '--nope'], "unknown option '--nope'"],
    [['agents', 'list', '--limit', '0'], 'whole number'],
    [['agents', 'list', '-o', 'xml'], 'Allowed choices are'],
    [['agents', 'get'], "missing required argument 'agent'"],
    [['agents', 'approve'], 'Name the agents, or select them'],
    [['agents', 'revoke', 'edge-7', '-l', 'a=b'], 'one of the two'],
    [['agents', 'revoke', '-l', 'a=b', '--credential', 'x'], '--credential is for one agent'],
    [['rollouts', 'create', '--config', 'edge'], '--selector'],
    [['rollouts', 'create', '--config', 'Edge!', '-l', 'a=b'], 'NAME@REVISION'],
    [['configs', 'apply'], '--file'],
    [['login'], 'No token'],
  ])('%j is 2 and says why', async (args, expected) => {
    const result = await drover(...args);
    expect(result.code).toBe(2);
    expect(result.err).toContain(expected);
    expect(result.out).toBe('');
  });

  it('is 1 where the server cannot be reached, with its URL', async () => {
    const result = await drover('agents', 'list');
    expect(result.code).toBe(1);
    expect(result.err).toContain('Cannot reach the Drover server at http://127.0.0.1:9');
  });
});

describe('describeFailure', () => {
  const problem = {
    type: 'about:blank',
    title: 'Selector is wrong',
    status: 400,
    code: 'selector_invalid',
    detail: 'the selector does not parse',
    errors: [{ pointer: '/selector', detail: 'expected a value', line: 1, column: 5 }],
  };

  it("shows the server's detail, pointers and code", () => {
    const failure = describeFailure(new ApiError(400, problem, 'GET /agents'));
    expect(failure.exitCode).toBe(2);
    expect(failure.message).toContain('the selector does not parse');
    expect(failure.message).toContain('/selector: line 1, column 5: expected a value');
    expect(failure.message).toContain('selector_invalid');
  });

  it('does not say the same twice', () => {
    const { message } = describeFailure(
      new ApiError(400, { ...problem, detail: 'selector: expected a value' }, 'GET /agents'),
    );
    expect(message.match(/expected a value/g)).toHaveLength(1);
  });

  it('says how to log in where the token is refused', () => {
    const refused = new ApiError(401, { ...problem, status: 401 }, 'GET /agents');
    expect(describeFailure(refused)).toMatchObject({
      exitCode: 1,
      message: expect.stringContaining('drover login'),
    });
  });

  it('doubts the URL where the answer is not from Drover', () => {
    expect(describeFailure(new ApiError(404, undefined, 'GET /agents')).message).toContain('REST interface');
  });
});
