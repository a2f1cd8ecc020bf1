import { readFileSync } from 'node:fs';
import { arch, hostname, release, type } from 'node:os';

/** What can be asked of the host without any network; passed in, so that a test can be another host. */
export interface HostProbe {
  readonly platform: string;
  readonly arch: string;
  readonly hostname: string;
  /** Name and release of the kernel. */
  readonly kernel: { readonly name: string; readonly release: string };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Text of a small file; undefined where there is none that may be read. */
  readText(path: string): string | undefined;
}

/** No file that is asked for has a reason to be larger. */
const MAX_TEXT_CHARACTERS = 1_000_000;

export function thisHost(env: HostProbe['env']): HostProbe {
  return {
    platform: process.platform,
    arch: arch(),
    hostname: hostname(),
    kernel: { name: type(), release: release() },
    env,
    readText(path) {
      try {
        return readFileSync(path, 'utf8').slice(0, MAX_TEXT_CHARACTERS);
      } catch {
        return undefined;
      }
    },
  };
}
