import { closeSync, openSync, readSync } from 'node:fs';

export interface ProgramPlatform {
  readonly name: string;
  /** This host can run it. */
  readonly isOurs: boolean;
}

/** `e_machine` of an ELF header, in the names of `process.arch`. */
const MACHINES: Readonly<Record<number, string>> = {
  3: 'ia32',
  21: 'ppc64',
  22: 's390x',
  40: 'arm',
  62: 'x64',
  183: 'arm64',
  243: 'riscv64',
};

/** What a program file is built for, by its first bytes; undefined where they do not tell, as for a script. */
export function programPlatform(path: string): ProgramPlatform | undefined {
  const head = Buffer.alloc(20);
  const file = openSync(path, 'r');
  try {
    readSync(file, head, 0, head.length, 0);
  } finally {
    closeSync(file);
  }
  if (head.toString('latin1', 0, 4) === '\x7fELF') {
    const machine = head[5] === 2 ? head.readUInt16BE(18) : head.readUInt16LE(18);
    const arch = MACHINES[machine] ?? `machine ${machine}`;
    return { name: `Linux ${arch}`, isOurs: process.platform === 'linux' && arch === process.arch };
  }
  if (head.toString('latin1', 0, 2) === 'MZ')
    return { name: 'Windows', isOurs: process.platform === 'win32' };
  if ([0xfeedface, 0xfeedfacf, 0xcafebabe, 0xcffaedfe, 0xcefaedfe].includes(head.readUInt32BE(0)))
    return { name: 'macOS', isOurs: process.platform === 'darwin' };
  return undefined;
}
