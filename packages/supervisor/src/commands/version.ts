import { supervisorVersion } from '../version.ts';
import type { CommandLine } from './command-line.ts';
import { print } from './print.ts';

export function version({ output }: Extract<CommandLine, { kind: 'version' }>): number {
  const facts = {
    version: supervisorVersion(),
    node: process.versions.node,
    platform: process.platform,
    arch: process.arch,
  };
  print(output, facts, () => {
    const { version: own, node, platform, arch } = facts;
    return `drover-supervisor ${own}\nNode.js ${node}\n${platform} ${arch}\n`;
  });
  return 0;
}
