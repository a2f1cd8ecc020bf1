import type { Attributes } from '@drover/opamp';
import type { HostProbe } from './host-probe.ts';

const OS_TYPES: Readonly<Record<string, string>> = { win32: 'windows', sunos: 'solaris' };
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', ia32: 'x86', arm: 'arm32' };

/** Operating system and host, named as the semantic conventions do. What cannot be found out is left out. */
export function systemAttributes(host: HostProbe): Attributes {
  const os = operatingSystem(host);
  const machineId = text(host, '/etc/machine-id') ?? text(host, '/var/lib/dbus/machine-id');
  return {
    'os.type': OS_TYPES[host.platform] ?? host.platform,
    'os.description': os.description,
    ...(os.name === undefined ? {} : { 'os.name': os.name }),
    ...(os.version === undefined ? {} : { 'os.version': os.version }),
    'host.name': host.hostname,
    'host.arch': ARCHITECTURES[host.arch] ?? host.arch,
    // An id that is being made says so in words ("uninitialized").
    ...(machineId !== undefined && /^[0-9a-f]{32}$/.test(machineId) ? { 'host.id': machineId } : {}),
  };
}

interface OperatingSystem {
  readonly name: string | undefined;
  readonly version: string | undefined;
  readonly description: string;
}

function operatingSystem(host: HostProbe): OperatingSystem {
  const kernel = `${host.kernel.name} ${host.kernel.release}`;
  switch (host.platform) {
    case 'linux': {
      const release = osRelease(
        host.readText('/etc/os-release') ?? host.readText('/usr/lib/os-release') ?? '',
      );
      const pretty = release.get('PRETTY_NAME');
      return {
        name: release.get('NAME'),
        // A rolling distribution has no version but its build.
        version: release.get('VERSION_ID') ?? release.get('BUILD_ID'),
        description: pretty === undefined ? kernel : `${pretty} (${kernel})`,
      };
    }
    case 'darwin': {
      const list = host.readText('/System/Library/CoreServices/SystemVersion.plist') ?? '';
      const of = (key: string) =>
        new RegExp(`<key>${key}</key>\\s*<string>([^<]*)</string>`).exec(list)?.[1] || undefined;
      const name = of('ProductName');
      const version = of('ProductVersion');
      const product = [name, version].filter(Boolean).join(' ');
      return { name, version, description: product === '' ? kernel : `${product} (${kernel})` };
    }
    case 'win32':
      // Here the kernel's release is the version of Windows.
      return { name: undefined, version: host.kernel.release, description: kernel };
    default:
      return { name: undefined, version: host.kernel.release, description: kernel };
  }
}

/** The assignments of an os-release file, which are written as a shell would read them. */
function osRelease(file: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const line of file.split('\n')) {
    const [, key, raw] = /^\s*([A-Z_][A-Z0-9_]*)=(.*?)\s*$/.exec(line) ?? [];
    if (key === undefined || raw === undefined) continue;
    const quoted = /^(["'])(.*)\1$/.exec(raw);
    const value = (quoted?.[2] ?? raw).replaceAll(/\\(.)/g, '$1');
    if (value !== '') values.set(key, value);
  }
  return values;
}

function text(host: HostProbe, path: string): string | undefined {
  return host.readText(path)?.trim() || undefined;
}
