import type { LogSettings } from '../settings/settings.ts';
import { openLogOutput } from './log-output.ts';
import { consoleLine, jsonLine, LOG_LEVELS, type LogLevel } from './log-record.ts';
import type { LogFields, Logger } from './logger.ts';

/**
 * Writes each record at once, so that the last words before a crash are there. What a full disk or a reader that is
 * gone does not take is lost and counted, and never stops the supervisor. Throws where a file cannot be opened, with
 * the setting in the message. Every text goes through `mask`.
 */
export function createLogger(settings: LogSettings, mask: (text: string) => string): Logger {
  const toLine = settings.encoding === 'console' ? consoleLine : jsonLine;
  const lowest = LOG_LEVELS.indexOf(settings.level);
  const outputs = settings.outputPaths.map((path, index) => ({ output: open(path, index), lost: 0 }));

  const write = (level: LogLevel, fields: LogFields, message: string) => {
    if (LOG_LEVELS.indexOf(level) < lowest) return;
    const timeMs = Date.now();
    const said = masked(fields, mask) as LogFields;
    const line = toLine({ level, timeMs, message: mask(message), fields: { ...settings.fields, ...said } });
    for (const each of outputs) {
      if (each.lost > 0) {
        const notice = { level: 'warn', timeMs, message: 'log records could not be written' } as const;
        if (each.output.write(toLine({ ...notice, fields: { lost: each.lost } }))) each.lost = 0;
      }
      if (each.lost > 0 || !each.output.write(line)) each.lost++;
    }
  };
  return {
    debug: (fields, message) => write('debug', fields, message),
    info: (fields, message) => write('info', fields, message),
    warn: (fields, message) => write('warn', fields, message),
    error: (fields, message) => write('error', fields, message),
  };
}

function open(path: string, index: number) {
  try {
    return openLogOutput(path);
  } catch (error) {
    throw new Error(
      `telemetry.logs.output_paths.${index}: cannot write to ${path}: ${(error as Error).message}`,
      { cause: error },
    );
  }
}

function masked(value: unknown, mask: (text: string) => string): unknown {
  if (typeof value === 'string') return mask(value);
  if (Array.isArray(value)) return value.map((item) => masked(item, mask));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, masked(item, mask)]));
}
