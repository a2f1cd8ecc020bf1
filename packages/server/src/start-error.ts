/** Why the control plane could not start, for a person; `exitCode` 2 where a setting is to be changed. */
export class StartError extends Error {
  readonly exitCode: 1 | 2;

  constructor(exitCode: 1 | 2, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StartError';
    this.exitCode = exitCode;
  }
}
