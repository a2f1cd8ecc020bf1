// Names and errors come from agents: an escape sequence in one must not reach the operator's terminal.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the same, without line feed and tab
const CONTROL_BUT_LINES = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

function escaped(character: string): string {
  if (character === '\n' || character === '\r' || character === '\t') return ' ';
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** One line without control characters. */
export function printableLine(text: string): string {
  return text.replace(CONTROL, escaped);
}

/** Like `printableLine`, with its lines kept. */
export function printableText(text: string): string {
  return text.replace(CONTROL_BUT_LINES, escaped);
}
