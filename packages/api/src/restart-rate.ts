/** Agents that a restart of many asks each second where it does not say. */
export const RESTARTS_PER_SECOND_DEFAULT = 10;
