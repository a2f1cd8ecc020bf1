import { closeBrackets, closeBracketsKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import { bracketMatching, foldGutter, foldKeymap, indentUnit } from '@codemirror/language';
import { lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search';
import { EditorState, type Extension } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import type { Finding } from '@drover/api';
import type { EditorKnowledge } from '@drover/collector-config';
import { type Ref, useEffect, useImperativeHandle, useRef } from 'react';
import { styleNonce } from '../theme/style-nonce.ts';
import styles from './code-editor.module.css';
import { editorAssist } from './editor-assist.ts';
import { diagnosticsOf } from './editor-diagnostics.ts';
import { ownReplacement } from './editor-input.ts';
import { editorLook } from './editor-theme.ts';

export interface CodeEditorHandle {
  goTo(line: number, column: number): void;
  goToOffset(offset: number): void;
}

interface CodeEditorProps {
  readonly value: string;
  /** Name for screen readers. */
  readonly label: string;
  readonly isReadOnly?: boolean;
  readonly findings?: readonly Finding[];
  /** A line to begin at, chosen. */
  readonly line?: number | undefined;
  readonly onChange?: (value: string) => void;
  /** The cursor stands somewhere else now; counted from the start of the text. */
  readonly onCursor?: (offset: number) => void;
  /** For completion and help; absent where there are none, as in another format. */
  readonly knowledge?: EditorKnowledge | undefined;
  /** Ctrl or Cmd S. */
  readonly onSave?: () => void;
  readonly ref?: Ref<CodeEditorHandle>;
}

const NO_FINDINGS: readonly Finding[] = [];

export function CodeEditor({
  value,
  label,
  isReadOnly = false,
  findings = NO_FINDINGS,
  line,
  onChange,
  onCursor,
  knowledge,
  onSave,
  ref,
}: CodeEditorProps) {
  const placeRef = useRef<HTMLDivElement>(null);
  const viewRef = useRef<EditorView>(undefined);
  const latest = useRef({ onChange, onCursor, onSave, value, knowledge });
  latest.current = { onChange, onCursor, onSave, value, knowledge };
  const isAssisted = knowledge !== undefined;

  useEffect(() => {
    const place = placeRef.current;
    if (place === null) return;
    const view = new EditorView({
      parent: place,
      state: EditorState.create({
        doc: latest.current.value,
        extensions: [
          editorLook(styleNonce()),
          lineNumbers(),
          foldGutter(),
          yaml(),
          indentUnit.of('  '),
          EditorView.contentAttributes.of({
            'aria-label': label,
            tabindex: '0',
            ...(isReadOnly ? { 'aria-readonly': 'true' } : {}),
          }),
          isReadOnly
            ? [EditorState.readOnly.of(true), EditorView.editable.of(false), keymap.of(searchKeymap)]
            : writable(() => latest.current.onSave?.()),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) latest.current.onChange?.(update.state.doc.toString());
            if (update.selectionSet || update.docChanged)
              latest.current.onCursor?.(update.state.selection.main.head);
          }),
          isAssisted && !isReadOnly ? editorAssist(() => latest.current.knowledge ?? {}) : [],
        ],
      }),
    });
    viewRef.current = view;
    return () => view.destroy();
  }, [label, isReadOnly, isAssisted]);

  useEffect(() => {
    const view = viewRef.current;
    if (view === undefined || view.state.doc.toString() === value) return;
    view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: value } });
  }, [value]);

  useEffect(() => {
    const view = viewRef.current;
    if (view !== undefined && !isReadOnly)
      view.dispatch(setDiagnostics(view.state, diagnosticsOf(view.state.doc, findings)));
  }, [findings, isReadOnly]);

  useEffect(() => {
    const view = viewRef.current;
    if (view === undefined || line === undefined || line > view.state.doc.lines) return;
    const { from, to } = view.state.doc.line(line);
    view.dispatch({
      selection: { anchor: to, head: from },
      effects: EditorView.scrollIntoView(from, { y: 'center' }),
    });
    view.focus();
  }, [line]);

  useImperativeHandle(ref, () => ({
    goTo: (line, column) => {
      const view = viewRef.current;
      if (view === undefined) return;
      const at = view.state.doc.line(Math.min(Math.max(1, line), view.state.doc.lines));
      jumpTo(view, Math.min(at.to, at.from + Math.max(0, column - 1)));
    },
    goToOffset: (offset) => {
      const view = viewRef.current;
      if (view !== undefined) jumpTo(view, Math.min(offset, view.state.doc.length));
    },
  }));

  return <div ref={placeRef} className={styles.editor} data-read-only={isReadOnly} />;
}

function jumpTo(view: EditorView, position: number): void {
  view.dispatch({
    selection: { anchor: position },
    effects: EditorView.scrollIntoView(position, { y: 'center' }),
  });
  view.focus();
}

function writable(save: () => void): Extension {
  return [
    history(),
    drawSelection(),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    highlightSelectionMatches(),
    bracketMatching(),
    closeBrackets(),
    ownReplacement(),
    lintGutter(),
    keymap.of([
      {
        key: 'Mod-s',
        preventDefault: true,
        run: () => {
          save();
          return true;
        },
      },
      ...closeBracketsKeymap,
      ...defaultKeymap,
      ...searchKeymap,
      ...historyKeymap,
      ...foldKeymap,
      ...lintKeymap,
      indentWithTab,
    ]),
  ];
}
