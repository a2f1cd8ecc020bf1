import { expect, test } from 'vitest';
import { parseCommandLine } from './command-line.ts';
import { GENERAL_HELP, HELP } from './help.ts';

test('a bare call runs the settings in the working directory', () => {
  expect(parseCommandLine([])).toEqual({ kind: 'run', settingsFile: 'supervisor.yaml', notices: [] });
});

test.each([
  [['--config', '/etc/s.yaml'], { kind: 'run', settingsFile: '/etc/s.yaml' }],
  [['run', '--config=/etc/s.yaml'], { kind: 'run', settingsFile: '/etc/s.yaml' }],
  [['validate'], { kind: 'validate', settingsFile: 'supervisor.yaml', output: 'text' }],
  [
    ['doctor', '--config', 's.yaml', '-o', 'json'],
    { kind: 'doctor', settingsFile: 's.yaml', output: 'json' },
  ],
  [['status', '--output=json'], { kind: 'status', storageFolder: undefined, output: 'json' }],
  [['status', '--storage', '/var/lib/x'], { kind: 'status', storageFolder: '/var/lib/x' }],
  [['version'], { kind: 'version', output: 'text' }],
  [['--version'], { kind: 'version_number' }],
  [['-v'], { kind: 'version_number' }],
  [['--help'], { kind: 'help', text: GENERAL_HELP }],
  [['help'], { kind: 'help', text: GENERAL_HELP }],
  [['help', 'doctor'], { kind: 'help', text: HELP.doctor }],
])('%j', (args, expected) => {
  expect(parseCommandLine(args)).toMatchObject(expected);
});

test.each(Object.keys(HELP) as (keyof typeof HELP)[])('%s has --help and --version', (name) => {
  expect(parseCommandLine([name, '--help'])).toEqual({ kind: 'help', text: HELP[name] });
  expect(parseCommandLine([name, '--version'])).toEqual({ kind: 'version_number' });
  expect(HELP[name]).toContain(`drover-supervisor ${name === 'run' ? '[run]' : name}`);
  expect(GENERAL_HELP).toMatch(new RegExp(`^  ${name} +\\w`, 'm'));
});

test.each([
  [['--colour', 'red'], "Unknown option '--colour'"],
  [['--config'], "Option '--config <value>' argument missing"],
  [['restart'], 'there is no command "restart"; there are run, validate, doctor, status, version'],
  [['doctor', '-o', 'xml'], 'doctor: --output is "xml" and must be text or json'],
  [['run', '-o', 'json'], "run: Unknown option '-o'"],
  [['status', 'edge'], "status: Unexpected argument 'edge'"],
])('%j is wrong usage', (args, message) => {
  expect(parseCommandLine(args)).toEqual({
    kind: 'wrong_usage',
    message: expect.stringContaining(message),
  });
});

test("upstream's flag for feature gates is accepted, and its lack of effect is said", () => {
  const line = parseCommandLine(['--config', 's.yaml', '--feature-gates=opampsupervisor.Extensions']);
  expect(line).toMatchObject({
    kind: 'run',
    notices: [expect.stringContaining('opampsupervisor.Extensions')],
  });
});
