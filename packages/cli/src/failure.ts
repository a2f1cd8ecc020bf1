import { ApiError } from '@drover/api';

export const EXIT_OK = 0;
export const EXIT_FAILED = 1;
export const EXIT_USAGE = 2;
/** Only of `drover plan`: there are changes. */
export const EXIT_CHANGES = 3;
/** As a shell reports a program ended by SIGINT, so that `drover rollouts watch … && next` does not go on. */
export const EXIT_INTERRUPTED = 130;

/** Ends a command with a message for the operator; `exitCode` is one of the stable ones. */
export class CliError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number = EXIT_FAILED, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CliError';
    this.exitCode = exitCode;
  }
}

export function usageError(message: string): CliError {
  return new CliError(message, EXIT_USAGE);
}

export class InterruptedError extends CliError {
  constructor(message: string) {
    super(message, EXIT_INTERRUPTED);
    this.name = 'InterruptedError';
  }
}

export interface Failure {
  readonly message: string;
  readonly exitCode: number;
}

function problemLines(error: ApiError): string {
  const { problem } = error;
  if (problem === undefined) {
    return `the server answered with HTTP ${error.status} and without an explanation: is the URL that of Drover's REST interface (port 4321 by default)?`;
  }
  const detail = problem.detail || problem.title;
  const lines = [detail];
  for (const item of problem.errors ?? []) {
    // One error alone is often the whole detail.
    if (detail.includes(item.detail)) continue;
    const place = item.line === undefined ? '' : `line ${item.line}, column ${item.column ?? 1}: `;
    lines.push(`  ${item.pointer === '' ? '' : `${item.pointer}: `}${place}${item.detail}`);
  }
  lines.push(`  (code ${problem.code}, HTTP ${problem.status})`);
  return lines.join('\n');
}

function adviceFor(error: ApiError): string {
  if (error.status === 401) {
    return '\nLog in with "drover login", or give a token by --token, DROVER_TOKEN or --data-dir (the server keeps its first one in <dataDir>/admin-token).';
  }
  return '';
}

/** What the operator reads of an error, and the exit code: 2 where what was typed is at fault, 1 for everything else. */
export function describeFailure(error: unknown): Failure {
  if (error instanceof CliError) return { message: error.message, exitCode: error.exitCode };
  if (error instanceof ApiError) {
    return {
      message: problemLines(error) + adviceFor(error),
      exitCode: error.status === 400 ? EXIT_USAGE : EXIT_FAILED,
    };
  }
  return { message: error instanceof Error ? error.message : String(error), exitCode: EXIT_FAILED };
}
