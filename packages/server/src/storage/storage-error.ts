export type StorageErrorCode =
  | 'data_dir_unusable'
  | 'database_locked'
  | 'database_unusable'
  | 'database_unreachable'
  | 'database_newer'
  | 'migration_failed';

/** The database cannot be opened. For the start of the process; the message says what to do. */
export class StorageError extends Error {
  readonly code: StorageErrorCode;

  constructor(code: StorageErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StorageError';
    this.code = code;
  }
}
