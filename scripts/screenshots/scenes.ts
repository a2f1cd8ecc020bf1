import { AGENT_SCENES } from './agent-scenes.ts';
import { FLEET_SCENES } from './fleet-scenes.ts';
import type { Scene } from './scene.ts';
import { SHELL_SCENES } from './shell-scenes.ts';
import { WORK_SCENES } from './work-scenes.ts';

/** Every page in the states that it has, on real servers with simulated agents. */
export const SCENES: readonly Scene[] = [...FLEET_SCENES, ...AGENT_SCENES, ...WORK_SCENES, ...SHELL_SCENES];
