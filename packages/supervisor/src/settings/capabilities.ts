import type { AgentCapabilityName } from '@drover/opamp';
import type { AgentKind } from './settings.ts';
import type { SettingsFile } from './settings-file.ts';

const WITHOUT_CAPABILITIES_KEY: readonly AgentCapabilityName[] = [
  'ReportsStatus',
  'AcceptsRemoteConfig',
  'ReportsEffectiveConfig',
  'AcceptsRestartCommand',
  'ReportsHealth',
  'ReportsRemoteConfig',
  'ReportsHeartbeat',
  'ReportsAvailableComponents',
  'ReportsOwnMetrics',
  'ReportsConnectionSettingsStatus',
];

/** Kinds whose programs say of what components they are made. */
const HAS_COMPONENTS: readonly AgentKind[] = ['collector', 'fluentbit'];

/** Kinds whose own telemetry can be sent where a server wants it. */
const SENDS_OWN_TELEMETRY: readonly AgentKind[] = ['collector'];

function canAnnounce(name: AgentCapabilityName, kind: AgentKind): boolean {
  if (name === 'ReportsAvailableComponents') return HAS_COMPONENTS.includes(kind);
  const isOfOwnTelemetry = name === 'ReportsOwnMetrics' || name === 'ReportsConnectionSettingsStatus';
  return !isOfOwnTelemetry || SENDS_OWN_TELEMETRY.includes(kind);
}

/** What is announced to the fleet server. Only what this supervisor can keep for an agent of this kind is announced, whatever the file says. */
export function announcedCapabilities(
  file: SettingsFile['capabilities'],
  kind: AgentKind,
): readonly AgentCapabilityName[] {
  const hasComponents = HAS_COMPONENTS.includes(kind);
  if (!file) return WITHOUT_CAPABILITIES_KEY.filter((name) => canAnnounce(name, kind));
  const names: AgentCapabilityName[] = ['ReportsStatus'];
  // The upstream supervisor reports the status of remote configurations whenever it accepts them.
  if (file.accepts_remote_config) names.push('AcceptsRemoteConfig', 'ReportsRemoteConfig');
  if (file.reports_effective_config) names.push('ReportsEffectiveConfig');
  if (file.accepts_restart_command) names.push('AcceptsRestartCommand');
  if (file.reports_health) names.push('ReportsHealth');
  if (file.reports_heartbeat) names.push('ReportsHeartbeat');
  if (file.reports_available_components && hasComponents) names.push('ReportsAvailableComponents');
  const settings: AgentCapabilityName[] = [];
  if (file.accepts_opamp_connection_settings) settings.push('AcceptsOpAMPConnectionSettings');
  if (SENDS_OWN_TELEMETRY.includes(kind)) {
    // On where nothing is said, as upstream has it.
    if (file.reports_own_metrics !== false) settings.push('ReportsOwnMetrics');
    if (file.reports_own_logs) settings.push('ReportsOwnLogs');
    if (file.reports_own_traces) settings.push('ReportsOwnTraces');
  }
  if (settings.length > 0) settings.push('ReportsConnectionSettingsStatus');
  return [...names, ...settings];
}
