import { ApiError } from '@drover/api';
import { CodeFault } from './page-code.ts';

export interface Failure {
  readonly title: string;
  readonly detail: string;
  /** Place in the text that the person typed, from 1; undefined where the server named none. */
  readonly line: number | undefined;
  readonly column: number | undefined;
  /** What may have been meant, where the server said so. */
  readonly suggestion?: string | undefined;
}

/** An error in words for people: what failed and what to do. */
export function failureOf(error: unknown): Failure {
  if (error instanceof ApiError) {
    const first = error.problem?.errors?.[0];
    return {
      title: error.problem?.title ?? `The server answered with status ${error.status}`,
      detail: error.problem === undefined ? error.message : first?.detail || error.problem.detail,
      line: first?.line,
      column: first?.column,
      suggestion: first?.suggestion,
    };
  }
  if (error instanceof TypeError) {
    return {
      title: 'The server cannot be reached',
      detail: 'The request failed. Check that the control plane is running and reachable from this machine.',
      line: undefined,
      column: undefined,
    };
  }
  if (error instanceof CodeFault) {
    return {
      title: error.message,
      detail:
        'The server cannot be reached, or serves another build by now. The page is loaded again as soon as it answers.',
      line: undefined,
      column: undefined,
    };
  }
  return {
    title: 'Something went wrong in the console',
    detail: error instanceof Error ? error.message : String(error),
    line: undefined,
    column: undefined,
  };
}

/** The selector of the request could not be read. */
export function isSelectorFault(error: unknown): boolean {
  return error instanceof ApiError && error.problem?.code === 'invalid_selector';
}

/** What is wrong with the selector of the request, and where; undefined where something else failed, or nothing. */
export function selectorFaultOf(error: unknown): Failure | undefined {
  return isSelectorFault(error) ? failureOf(error) : undefined;
}

export function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}
