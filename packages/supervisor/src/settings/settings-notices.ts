import { type AgentInFile, isCollector, readsConfig } from './agent-in-file.ts';
import type { SettingsFile } from './settings-file.ts';

const LOG_KEYS = ['level', 'encoding', 'output_paths', 'initial_fields'];

/** Keys of the upstream supervisor that are read but do nothing here, each with what holds instead. Said at start, so that nothing is ignored in silence. */
export function settingsNotices(file: SettingsFile): readonly string[] {
  const { capabilities, server, telemetry, healthcheck } = file;
  const { notices, note } = noticeList();

  note(
    server.tls?.curve_preferences,
    'server.tls.curve_preferences',
    'not supported; the defaults of Node.js hold',
  );
  notices.push(...capabilityNotices(capabilities, 'capabilities'));
  if (file.agent !== undefined) notices.push(...agentNotices(file.agent, 'agent'));
  for (const [name, agent] of Object.entries(file.agents ?? {})) {
    notices.push(...capabilityNotices(agent.capabilities, `agents.${name}.capabilities`));
    if (isCollector(agent)) notices.push(...agentNotices(agent, `agents.${name}`));
    if (agent.kind === 'command' && agent.capabilities?.accepts_remote_config && !readsConfig(agent)) {
      notices.push(
        `agents.${name}.capabilities.accepts_remote_config: not announced; nothing points the program at a configuration: use {config} or {config_dir} in its args, or name a config_directory`,
      );
    }
  }
  for (const key of Object.keys(telemetry ?? {})) {
    if (key !== 'logs')
      note(true, `telemetry.${key}`, 'not sent by OTLP; /metrics of the local interface has the metrics');
  }
  for (const key of Object.keys(telemetry?.logs ?? {}))
    if (!LOG_KEYS.includes(key)) note(true, `telemetry.logs.${key}`, 'not supported');
  for (const key of Object.keys(healthcheck ?? {}))
    if (key !== 'endpoint') note(true, `healthcheck.${key}`, 'not supported; plain HTTP is served');
  return notices;
}

interface NoticeList {
  readonly notices: string[];
  /** Notes what holds instead of a key, where the key asks for something. */
  readonly note: (isSet: unknown, key: string, instead: string) => void;
}

function noticeList(): NoticeList {
  const notices: string[] = [];
  return {
    notices,
    note(isSet, key, instead) {
      if (isSet !== undefined && isSet !== null && isSet !== false) notices.push(`${key}: ${instead}`);
    },
  };
}

function capabilityNotices(capabilities: SettingsFile['capabilities'], at: string): readonly string[] {
  const { notices, note } = noticeList();
  note(capabilities?.accepts_packages, `${at}.accepts_packages`, 'not supported yet and not announced');
  return notices;
}

function agentNotices(agent: AgentInFile, at: string): readonly string[] {
  const { notices, note } = noticeList();
  note(agent.bootstrap_timeout, `${at}.bootstrap_timeout`, 'not needed; no bootstrap run is made');
  note(
    agent.orphan_detection_interval,
    `${at}.orphan_detection_interval`,
    'not used; an agent outlives a killed supervisor and is adopted by the next one',
  );
  note(
    agent.use_hup_config_reload && process.platform === 'win32',
    `${at}.use_hup_config_reload`,
    'not possible on Windows; a validated restart is made',
  );
  note(
    agent.opamp_server_unix_socket,
    `${at}.opamp_server_unix_socket`,
    'not supported; a loopback port with a token serves',
  );
  note(agent.package, `${at}.package`, 'not supported yet');
  if (agent.validate_config === false) {
    notices.push(
      `${at}.validate_config: false has no effect; a configuration is always validated before it is applied`,
    );
  }
  return notices;
}
