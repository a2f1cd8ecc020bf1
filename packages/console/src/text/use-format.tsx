import { Button } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { Note } from '../components/note.tsx';
import { ToolButton } from '../components/tool-button.tsx';
import { useConsole } from '../data/console-context.tsx';
import styles from './use-format.module.css';

type FormatState =
  | { readonly kind: 'none' }
  | { readonly kind: 'formatting' }
  /** `about` is the text that this was said of: of another one it says nothing. */
  | {
      readonly kind: 'said';
      readonly about: string;
      readonly words: string;
      readonly line?: number | undefined;
      readonly isRefused: boolean;
    };

export interface Formatting {
  readonly button: ReactNode;
  /** What came of it, below the editor's bar. */
  readonly note: ReactNode;
  readonly format: () => void;
}

interface FormatOptions {
  readonly body: string;
  /** The text as it stands when it is asked for. */
  readonly text: () => string;
  readonly onFormatted: (text: string) => void;
  readonly onGoTo: (line: number) => void;
}

/** Lays out the text anew. What cannot be formatted stays as it is, and says why. */
export function useFormat({ body, text, onFormatted, onGoTo }: FormatOptions): Formatting {
  const { texts } = useConsole();
  const [state, setState] = useState<FormatState>({ kind: 'none' });
  const isBusy = state.kind === 'formatting';
  const say = (about: string, words: string, isRefused: boolean, line?: number) =>
    setState({ kind: 'said', about, words, isRefused, line });
  const format = async () => {
    if (isBusy) return;
    setState({ kind: 'formatting' });
    const before = text();
    try {
      const result = await texts.ask('format', before, {});
      if (result.kind === 'refused') say(before, `Not formatted: ${result.reason}.`, true, result.line);
      else if (text() !== before) say(text(), 'Not formatted: the text changed meanwhile. Try again?', true);
      else if (result.text === before) say(before, 'Already formatted.', false);
      else {
        onFormatted(result.text);
        say(result.text, 'Formatted. Ctrl Z undoes it in one step.', false);
      }
    } catch (error) {
      say(before, `Not formatted: ${error instanceof Error ? error.message : String(error)}.`, true);
    }
  };
  return {
    format: () => void format(),
    button: (
      <ToolButton loading={isBusy} onClick={() => void format()}>
        Format
      </ToolButton>
    ),
    note:
      state.kind === 'said' && state.about === body ? (
        <div role="status" className={styles.note}>
          <Note
            tone={state.isRefused ? 'look' : 'gone'}
            actions={
              <>
                {state.line === undefined ? null : (
                  <Button onClick={() => onGoTo(state.line ?? 1)}>Go to line {state.line}</Button>
                )}
                <Button variant="subtle" onClick={() => setState({ kind: 'none' })}>
                  Close
                </Button>
              </>
            }
          >
            {state.words}
          </Note>
        </div>
      ) : null,
  };
}
