import { AGENT_SCENES } from './agent-scenes.ts';
import { CONFIG_SCENES } from './config-scenes.ts';
import { CONTROL_SCENES } from './control-scenes.ts';
import { FLEET_SCENES } from './fleet-scenes.ts';
import { ROLLOUT_SCENES } from './rollout-scenes.ts';
import type { Scene } from './scene.ts';
import { SHELL_SCENES } from './shell-scenes.ts';

/** Every page in the states that it has, on real servers with simulated agents. */
export const SCENES: readonly Scene[] = [
  ...FLEET_SCENES,
  ...AGENT_SCENES,
  ...CONFIG_SCENES,
  ...ROLLOUT_SCENES,
  ...CONTROL_SCENES,
  ...SHELL_SCENES,
];
