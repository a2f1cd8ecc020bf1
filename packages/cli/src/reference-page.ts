import type { Command, Option } from 'commander';

/** docs/reference/cli.md out of the command tree, so that the page cannot say what the program does not do. */
export function referencePage(program: Command): string {
  const lines = [
    '# The drover command',
    '',
    '<!-- Written by `node --conditions=source packages/cli/scripts/write-reference.ts`; a test holds it against the code. -->',
    '',
    program.description(),
    '',
    'Options of every command:',
    '',
    ...optionTable(program.options),
  ];
  for (const command of program.commands) addCommand(lines, command, [program.name()]);
  return `${lines.join('\n').trimEnd()}\n`;
}

function addCommand(lines: string[], command: Command, parents: readonly string[]): void {
  const names = [...parents, command.name()];
  if (command.commands.length > 0) {
    lines.push('', `## ${names.join(' ')}`, '', command.description());
    for (const child of command.commands) addCommand(lines, child, names);
    return;
  }
  const depth = parents.length > 1 ? '###' : '##';
  lines.push('', `${depth} ${names.join(' ')}`, '', command.description(), '');
  lines.push('```', `${parents.join(' ')} ${command.name()} ${command.usage()}`.trimEnd(), '```');
  const table = optionTable(command.options);
  if (table.length > 0) lines.push('', ...table);
}

function optionTable(options: readonly Option[]): string[] {
  const shown = options.filter(({ hidden }) => !hidden);
  if (shown.length === 0) return [];
  return [
    '| option | |',
    '| --- | --- |',
    ...shown.map((option) => `| \`${cell(option.flags)}\` | ${cell(meaning(option))} |`),
  ];
}

function meaning({ description, argChoices, defaultValue }: Option): string {
  const choices = argChoices === undefined ? '' : `: ${argChoices.join(', ')}`;
  const isTelling = defaultValue !== undefined && defaultValue !== true && defaultValue !== false;
  const fallback = isTelling && String(defaultValue) !== '' ? ` (default ${String(defaultValue)})` : '';
  return `${description}${choices}${fallback}`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
