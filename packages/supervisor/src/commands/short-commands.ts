import type { CommandLine } from './command-line.ts';

/** Runs a command that looks at something and ends; resolves with the exit code. */
export async function runCommandLine(
  line: Extract<CommandLine, { kind: 'validate' | 'doctor' | 'status' | 'version' }>,
): Promise<number> {
  switch (line.kind) {
    case 'validate': {
      const { validate } = await import('./validate.ts');
      return validate(line);
    }
    case 'doctor': {
      const { doctor } = await import('./doctor.ts');
      return doctor(line);
    }
    case 'status': {
      const { status } = await import('./status.ts');
      return status(line);
    }
    case 'version': {
      const { version } = await import('./version.ts');
      return version(line);
    }
  }
}
