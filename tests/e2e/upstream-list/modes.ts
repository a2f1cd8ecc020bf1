/** What upstream runs twice: with a restart of the Collector for each configuration, and with SIGHUP. */
export const MODES = [
  ['restart', { use_hup_config_reload: false }],
  ['SIGHUP', { use_hup_config_reload: true }],
] as const;
