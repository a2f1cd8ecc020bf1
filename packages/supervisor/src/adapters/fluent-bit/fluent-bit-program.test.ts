import { expect, test } from 'vitest';
import { canHotReload, fluentBitErrorIn, pluginsIn } from './fluent-bit-program.ts';

const BOLD = '\u001b[1m';
const PLAIN = '\u001b[0m';

test('the plug-ins are those that the help lists, group by group', () => {
  const help = `Usage: fluent-bit [OPTION]\n\n${BOLD}Available Options${PLAIN}\n  -c  --config=FILE       a file\n\n${BOLD}Inputs${PLAIN}\n  cpu                     CPU Usage\n  node_exporter_metrics   Metrics\n  nameless\n\n${BOLD}Outputs${PLAIN}\n  stdout                  Prints\n\n${BOLD}Internal${PLAIN}\n Event Loop  = epoll\n`;
  expect(pluginsIn(help)).toEqual({
    inputs: { cpu: 'CPU Usage', node_exporter_metrics: 'Metrics', nameless: '' },
    outputs: { stdout: 'Prints' },
  });
  expect(pluginsIn('no help at all')).toEqual({});
});

test.each([
  ['1.9.10', false],
  ['2.1.11', false],
  ['2.2.0', true],
  ['3.0.1', true],
  ['10.0.0', true],
  [undefined, true],
])('version %s knows hot reload as a setting: %s', (version, expected) => {
  expect(canHotReload(version)).toBe(expected);
});

test('errors are told without their times, in both spellings, and nothing else is', () => {
  const output = `Fluent Bit v3\n[2024/05/11 11:29:33] [ info] fine\n[2024/05/11 11:29:33] [error] [config] section 'dum' is unknown\n${BOLD}[2021/03/04 11:20:57] [  Error] Error in line 53${PLAIN}\n`;
  expect(fluentBitErrorIn(output)).toBe("[config] section 'dum' is unknown\nError in line 53");
  expect(fluentBitErrorIn('configuration test is successful\n')).toBe('');
});
