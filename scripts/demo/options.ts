import { parseArgs } from 'node:util';
import { errorText } from '../lib/outcome.ts';

export type DemoOptions = {
  /** Simulated agents; 0 for none. */
  readonly agents: number;
  readonly opampPort: number;
  readonly httpPort: number;
  /** Where the Collector's own metrics answer. */
  readonly metricsPort: number;
};

export const DEMO_USAGE = `npm run demo -- [options]

Starts the control plane, a supervisor with a real Collector and some simulated agents, and prints the console's link.
Ctrl-C stops all of it; its data is in a temporary folder that goes away with it.

  --agents N        simulated agents (default: 8)
  --no-simulator    no simulated agents
  --opamp-port N    OpAMP endpoint (default: 4320)
  --http-port N     console and REST interface (default: 4321)
  --metrics-port N  the Collector's own metrics (default: 8888)
  --help            print this help
`;

/** Reads the command line: options, a request for help, or what is wrong with it. */
export function parseDemoOptions(
  args: readonly string[],
): { kind: 'run'; options: DemoOptions } | { kind: 'help' } | { kind: 'wrong'; message: string } {
  try {
    const { values } = parseArgs({
      args: [...args],
      allowNegative: true,
      options: {
        agents: { type: 'string', default: '8' },
        simulator: { type: 'boolean', default: true },
        'opamp-port': { type: 'string', default: '4320' },
        'http-port': { type: 'string', default: '4321' },
        'metrics-port': { type: 'string', default: '8888' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return { kind: 'help' };
    const options = {
      agents: values.simulator ? wholeNumber('--agents', values.agents, 0, 10_000) : 0,
      opampPort: wholeNumber('--opamp-port', values['opamp-port'], 1, 65_535),
      httpPort: wholeNumber('--http-port', values['http-port'], 1, 65_535),
      metricsPort: wholeNumber('--metrics-port', values['metrics-port'], 1, 65_535),
    };
    return { kind: 'run', options };
  } catch (error) {
    return { kind: 'wrong', message: errorText(error) };
  }
}

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new Error(`${name} is a whole number from ${least} to ${most}, not ${JSON.stringify(text)}`);
}
