import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const PATIENCE_MS = 90_000;

/** Waits until this many agents are connected and the Collector is healthy; false when that takes too long. */
export async function waitForFleet(
  http: string,
  dataDir: string,
  agents: number,
  signal: AbortSignal,
): Promise<boolean> {
  const token = readFileSync(join(dataDir, 'admin-token'), 'utf8').trim();
  const total = async (query: string): Promise<number> => {
    const url = `${http}/api/v1/agents?limit=1&${query}`;
    const response = await fetch(url, { headers: { authorization: `Bearer ${token}` }, signal });
    if (!response.ok) throw new Error(`GET ${url} answered ${response.status}`);
    return ((await response.json()) as { readonly total: number }).total;
  };
  const deadline = Date.now() + PATIENCE_MS;
  while (Date.now() < deadline) {
    if (signal.aborted) return false;
    const connected = await total('state=connected');
    if (connected >= agents && (await total('health=healthy')) > 0) return true;
    await sleep(250);
  }
  return false;
}
