import type { EditorKnowledge, GraphNode } from '@drover/collector-config';
import { useMemo, useState } from 'react';
import type { EditorAssistance } from '../components/editor-assist.ts';
import { useConsole } from '../data/console-context.tsx';
import type { TextPlace } from './text-tasks.ts';
import { type TextAnswerState, useTextAnswer } from './use-text-answer.ts';

const CURSOR_PAUSE_MS = 40;

export interface EditorText {
  readonly reading: TextAnswerState<'read'>;
  readonly cursor: number | undefined;
  readonly moveCursor: (offset: number) => void;
  /** What the cursor stands in. */
  readonly place: TextPlace | undefined;
  readonly assistance: EditorAssistance;
  /** Where a node's component stands in this text, which may have changed since; undefined where it is no longer there. */
  readonly placeOf: (text: string, node: GraphNode) => Promise<number | undefined>;
}

/** What an editor knows of its text, read in threads of their own. */
export function useEditorText(body: string, isCollector: boolean, knowledge: EditorKnowledge): EditorText {
  const { texts } = useConsole();
  const [cursor, moveCursor] = useState<number>();
  const reading = useTextAnswer(
    'read',
    body,
    useMemo(() => ({ isCollector }), [isCollector]),
  );
  const asked = useMemo(() => ({ offset: cursor ?? 0 }), [cursor]);
  const answer = useTextAnswer('place', cursor === undefined ? undefined : body, asked, CURSOR_PAUSE_MS);
  const assistance = useMemo(
    (): EditorAssistance => ({
      knowledge,
      complete: (text, offset) => texts.ask('complete', text, { offset }, knowledge),
      hover: (text, offset) => texts.ask('hover', text, { offset }, knowledge),
    }),
    [texts, knowledge],
  );
  return {
    reading,
    cursor,
    moveCursor,
    place: answer.kind === 'answered' ? answer.answer : undefined,
    assistance,
    placeOf: (text, { path }) => texts.ask('find', text, { paths: [path, path.slice(0, 2)] }),
  };
}
