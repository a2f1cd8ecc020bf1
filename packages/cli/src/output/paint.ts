import { styleText } from 'node:util';
import type { Terminal } from '../terminal.ts';

export type Style = 'red' | 'green' | 'yellow' | 'cyan' | 'dim' | 'bold';
export type Paint = (style: Style, text: string) => string;

/** Colours where the terminal shows them, else the text as it is. Colour never carries meaning alone. */
export function painter(terminal: Pick<Terminal, 'hasColour'>): Paint {
  return terminal.hasColour
    ? (style, text) => styleText(style, text, { validateStream: false })
    : (_style, text) => text;
}

const STYLES: Readonly<Record<string, Style>> = {
  connected: 'green',
  healthy: 'green',
  in_sync: 'green',
  applied: 'green',
  succeeded: 'green',
  stale: 'yellow',
  pending: 'yellow',
  offered: 'yellow',
  applying: 'yellow',
  paused: 'yellow',
  running: 'cyan',
  warning: 'yellow',
  disconnected: 'dim',
  active: 'green',
  due: 'yellow',
  rejected: 'red',
  revoked: 'red',
  unhealthy: 'red',
  failed: 'red',
  error: 'red',
};

/** A state's word, or a longer text that says it, in its colour. */
export function paintState(paint: Paint, state: string, text = state): string {
  const style = STYLES[state];
  return style === undefined ? text : paint(style, text);
}
