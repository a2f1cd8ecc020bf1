import { useEffect, useRef, useState } from 'react';
import { useConsole } from '../data/console-context.tsx';
import type { TextTask, TextTasks } from './text-tasks.ts';

/** A text is read when the typing pauses: after so long, and a large one later. */
const PAUSE_MS = 150;
const PAUSE_MS_PER_CHAR = 0.0005;

export type TextAnswerState<T extends TextTask> =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'answered'; readonly answer: TextTasks[T]['answer']; readonly text: string }
  | { readonly kind: 'failed'; readonly reason: string };

/**
 * The answer about a text that may change with every key. The last answer stays until the next one is there; a text is
 * asked about only when the one before it is done with. `ask` has to stay the same object.
 */
export function useTextAnswer<T extends TextTask>(
  task: T,
  text: string | undefined,
  ask: TextTasks[T]['ask'],
  pauseMs = PAUSE_MS,
): TextAnswerState<T> {
  const { texts } = useConsole();
  const [state, setState] = useState<TextAnswerState<T>>({ kind: 'waiting' });
  const isFirst = useRef(true);
  // What is being asked now; a later text waits for it, and only the newest of those that wait is asked about.
  const running = useRef<Promise<unknown>>(Promise.resolve());
  useEffect(() => {
    if (text === undefined) return;
    let isWanted = true;
    const waitMs = isFirst.current ? 0 : pauseMs + text.length * PAUSE_MS_PER_CHAR;
    isFirst.current = false;
    const timer = setTimeout(async () => {
      await running.current;
      if (!isWanted) return;
      const asked = texts.ask(task, text, ask);
      running.current = asked.then(
        () => undefined,
        () => undefined,
      );
      asked.then(
        (answer) => {
          if (isWanted) setState({ kind: 'answered', answer, text });
        },
        (error: Error) => {
          if (isWanted) setState({ kind: 'failed', reason: error.message });
        },
      );
    }, waitMs);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [texts, task, text, ask, pauseMs]);
  return state;
}
