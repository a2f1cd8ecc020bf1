/** What is looked at, in the order in which it is reported; each with what a finding on it is about. */
export const CHECKS = {
  settings: 'the settings file',
  user: 'who the supervisor runs as',
  'storage.folder': 'the storage folder can be used',
  'storage.lock': 'which supervisor the storage folder belongs to',
  'storage.state': 'the state files are whole',
  'storage.space': 'room on the disk',
  secrets: 'who may read and change files with secrets',
  program: "each agent's program",
  config: "each agent's local configuration",
  ports: 'the ports that the supervisor and its agents need',
  'server.credential': 'the credential for the server',
  'server.name': "the server's name",
  'server.tcp': 'a connection to the server or its proxy',
  'server.tls': 'TLS with the server',
  'server.certificate': 'certificates and when they expire',
  'server.answer': "the server's answer",
  clock: "this host's clock",
} as const;

export type CheckId = keyof typeof CHECKS;

/** What was found on one thing. `broken` keeps it from working, `warning` may do so later or is unwise. */
export interface Finding {
  readonly check: CheckId;
  readonly status: 'ok' | 'warning' | 'broken' | 'skipped';
  /** The agent that it is about; null where it concerns all. */
  readonly agent: string | null;
  /** What is so, with the values. */
  readonly message: string;
  /** What to do; empty where nothing has to be done. */
  readonly fix: string;
}

export function ok(check: CheckId, message: string, agent: string | null = null): Finding {
  return { check, status: 'ok', agent, message, fix: '' };
}

export function warning(check: CheckId, message: string, fix: string, agent: string | null = null): Finding {
  return { check, status: 'warning', agent, message, fix };
}

export function broken(check: CheckId, message: string, fix: string, agent: string | null = null): Finding {
  return { check, status: 'broken', agent, message, fix };
}

export function skipped(check: CheckId, message: string, agent: string | null = null): Finding {
  return { check, status: 'skipped', agent, message, fix: '' };
}
