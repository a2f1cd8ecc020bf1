import { readFileSync } from 'node:fs';
import type { SimulationSettings } from './simulation-settings.ts';

/** From one address to one port there are about 28,000 local ports; stay well below. */
const AGENTS_PER_ADDRESS = 15_000;
/** Sockets that a process needs beside those of its agents. */
const RESERVED_FILES = 100;

/** Spreads more agents than one address has ports for over 127.0.0.2, .3 and so on; only towards a loopback address. */
export function localAddressOf(
  settings: Pick<SimulationSettings, 'url' | 'agents' | 'first'>,
  number: number,
): string | undefined {
  const { hostname } = new URL(settings.url);
  if (!hostname.startsWith('127.')) return undefined;
  if (settings.first + settings.agents <= AGENTS_PER_ADDRESS) return undefined;
  return `127.0.0.${2 + (Math.floor(number / AGENTS_PER_ADDRESS) % 250)}`;
}

/** How many agents one process can connect: the system's limit of open files, less a reserve. Unlimited where it is not known. */
export function maxAgents(): number {
  try {
    const limit = /^Max open files\s+\S+\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return limit === undefined ? Number.POSITIVE_INFINITY : Number(limit) - RESERVED_FILES;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
