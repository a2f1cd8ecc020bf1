import type { LogFields } from './logger.ts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export const LOG_ENCODINGS = ['json', 'console'] as const;
export type LogEncoding = (typeof LOG_ENCODINGS)[number];

export interface LogRecord {
  readonly level: LogLevel;
  readonly timeMs: number;
  readonly message: string;
  readonly fields: LogFields;
}

/** A record as one line, its end included. */
export type RecordWriter = (record: LogRecord) => string;

/** An object for programs: level, time, name, the record's own fields, msg. */
export const jsonLine: RecordWriter = ({ level, timeMs, message, fields }) =>
  `${asJson({ level, time: new Date(timeMs).toISOString(), name: 'drover-supervisor', ...fields, msg: message })}\n`;

/** Columns for people, in upstream's order: time, level, message, fields. */
export const consoleLine: RecordWriter = ({ level, timeMs, message, fields }) => {
  const time = new Date(timeMs).toISOString();
  const rest = Object.values(fields).every((value) => value === undefined) ? '' : `\t${asJson(fields)}`;
  return `${time}\t${level}\t${message.replaceAll('\n', '\\n')}${rest}\n`;
};

/** What cannot be said in JSON costs the record its fields, never the record. */
function asJson(value: Readonly<Record<string, unknown>>): string {
  try {
    return JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? String(item) : item));
  } catch (error) {
    const { level, time, msg } = value;
    return JSON.stringify({ level, time, msg, fieldsLost: String(error) });
  }
}
