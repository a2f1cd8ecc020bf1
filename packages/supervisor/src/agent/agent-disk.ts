import { openSync } from 'node:fs';
import { devNull } from 'node:os';
import type { AgentLog } from '../process/agent-log.ts';
import type { ProcessRecord, ProcessRecordStore } from '../storage/process-record.ts';

export interface AgentDiskOptions {
  readonly records: ProcessRecordStore;
  readonly log: AgentLog;
  /** Something on the disk could not be done, and why; undefined once it can. */
  readonly onProblem: (concern: 'process record' | 'output', message: string | undefined) => void;
}

/** What of an agent's process is kept on disk. A disk that is full or read-only must not keep the agent down: it is said, and the agent runs. */
export class AgentDisk {
  readonly #options: AgentDiskOptions;

  constructor(options: AgentDiskOptions) {
    this.#options = options;
  }

  get record(): ProcessRecord | undefined {
    return this.#options.records.load();
  }

  /** Without a record a process is found by its environment. */
  save(record: ProcessRecord): void {
    const { records, onProblem } = this.#options;
    try {
      records.save(record);
      onProblem('process record', undefined);
    } catch (error) {
      onProblem('process record', `the process record cannot be saved: ${String(error)}`);
    }
  }

  /** A descriptor for the output of a process that is started now: an agent whose output cannot be kept is better than none. */
  openOutput(): number {
    const { log, onProblem } = this.#options;
    try {
      const output = log.openForStart();
      onProblem('output', undefined);
      return output;
    } catch (error) {
      onProblem('output', `the agent's output is not kept: ${String(error)}`);
      return openSync(devNull, 'a');
    }
  }
}
