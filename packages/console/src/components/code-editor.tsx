import { closeBrackets, closeBracketsKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import { bracketMatching, foldGutter, foldKeymap, indentUnit } from '@codemirror/language';
import { lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search';
import { EditorState, type Extension, Prec } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import type { Finding } from '@drover/api';
import { type Ref, useEffect, useImperativeHandle, useRef } from 'react';
import { flushSync } from 'react-dom';
import { styleNonce } from '../theme/style-nonce.ts';
import styles from './code-editor.module.css';
import { type EditorAssistance, editorAssist } from './editor-assist.ts';
import { diagnosticsOf } from './editor-diagnostics.ts';
import { ownReplacement } from './editor-input.ts';
import { LateText } from './editor-late-text.ts';
import { replacement } from './editor-replace.ts';
import { editorLook } from './editor-theme.ts';

export interface CodeEditorHandle {
  goTo(line: number, column: number): void;
  goToOffset(offset: number): void;
  focus(): void;
  /** Another text in the place of this one, as one step to undo. */
  replace(text: string): void;
  /** The text as it stands, also where `onChange` did not have it yet. */
  text(): string;
}

/** What else a person may want of the editor by its keys. */
export type EditorCommand = 'format' | 'outline' | 'graph';

const COMMAND_KEYS: Readonly<Record<EditorCommand, string>> = {
  format: 'Shift-Alt-f',
  outline: 'Mod-Shift-o',
  graph: 'Mod-.',
};

interface CodeEditorProps {
  readonly value: string;
  /** Name for screen readers. */
  readonly label: string;
  readonly isReadOnly?: boolean;
  readonly findings?: readonly Finding[];
  /** A line to begin at, chosen. */
  readonly line?: number | undefined;
  /** Called with every change; with a large text when the typing pauses, when the editor is left, and before `onSave`. */
  readonly onChange?: (value: string) => void;
  /** The cursor stands somewhere else now; counted from the start of the text. */
  readonly onCursor?: (offset: number) => void;
  /** For completion and help; absent where there are none, as in another format. */
  readonly assistance?: EditorAssistance | undefined;
  /** Ctrl or Cmd S. */
  readonly onSave?: () => void;
  readonly onCommand?: (command: EditorCommand) => void;
  readonly ref?: Ref<CodeEditorHandle>;
}

const NO_FINDINGS: readonly Finding[] = [];
const NO_ASSISTANCE: EditorAssistance = {
  knowledge: {},
  complete: async () => undefined,
  hover: async () => undefined,
};

export function CodeEditor({
  value,
  label,
  isReadOnly = false,
  findings = NO_FINDINGS,
  line,
  onChange,
  onCursor,
  assistance,
  onSave,
  onCommand,
  ref,
}: CodeEditorProps) {
  const placeRef = useRef<HTMLDivElement>(null);
  const viewRef = useRef<EditorView>(undefined);
  const latest = useRef({ onChange, onCursor, onSave, onCommand, value, assistance });
  latest.current = { onChange, onCursor, onSave, onCommand, value, assistance };
  // What was last told or given: a large text is not read again only to find that it is the same.
  const known = useRef(value);
  const lateRef = useRef<LateText>(undefined);
  const isAssisted = assistance !== undefined;

  useEffect(() => {
    const place = placeRef.current;
    if (place === null) return;
    const late = new LateText((text) => {
      known.current = text;
      latest.current.onChange?.(text);
    });
    lateRef.current = late;
    known.current = latest.current.value;
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
            ...(isReadOnly ? { 'aria-readonly': 'true' } : { 'data-edit': 'true' }),
          }),
          isReadOnly
            ? [EditorState.readOnly.of(true), EditorView.editable.of(false), keymap.of(searchKeymap)]
            : writable(
                () => {
                  // The page has to have it before it saves it.
                  flushSync(() => late.tell());
                  latest.current.onSave?.();
                },
                (command) => latest.current.onCommand?.(command),
              ),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) late.changed(update.state.doc);
            if (update.focusChanged && !update.view.hasFocus) late.tell();
            if (update.selectionSet || update.docChanged)
              latest.current.onCursor?.(update.state.selection.main.head);
          }),
          isAssisted && !isReadOnly ? editorAssist(() => latest.current.assistance ?? NO_ASSISTANCE) : [],
        ],
      }),
    });
    viewRef.current = view;
    // The editor leaves out what changes size just after an update: styles that come then would leave its line numbers
    // beside other lines than theirs.
    const sizes = new ResizeObserver(() => view.requestMeasure());
    sizes.observe(view.contentDOM);
    const tell = () => late.tell();
    window.addEventListener('beforeunload', tell);
    document.addEventListener('visibilitychange', tell);
    return () => {
      late.tell();
      sizes.disconnect();
      window.removeEventListener('beforeunload', tell);
      document.removeEventListener('visibilitychange', tell);
      view.destroy();
    };
  }, [label, isReadOnly, isAssisted]);

  useEffect(() => {
    const view = viewRef.current;
    if (view === undefined || known.current === value) return;
    // What is typed just now comes first: whoever gave this value learns of it, and decides.
    if (lateRef.current?.tell() === true) return;
    known.current = value;
    if (view.state.doc.toString() !== value) view.dispatch(replacement(view.state, value));
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
    focus: () => viewRef.current?.focus(),
    replace: (text) => {
      const view = viewRef.current;
      if (view === undefined) return;
      view.dispatch(replacement(view.state, text));
      view.focus();
    },
    text: () => viewRef.current?.state.doc.toString() ?? value,
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

const TAB_LEAVES_FOR_MS = 2_000;

/** Tab leaves after Escape whatever else Escape does: it may end offers that nobody sees yet. */
function tabLeavesNext(view: EditorView): boolean {
  view.setTabFocusMode(TAB_LEAVES_FOR_MS);
  return false;
}

function writable(save: () => void, command: (command: EditorCommand) => void): Extension {
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
    Prec.highest(keymap.of([{ key: 'Escape', run: tabLeavesNext }])),
    keymap.of([
      {
        key: 'Mod-s',
        preventDefault: true,
        run: () => {
          save();
          return true;
        },
      },
      ...Object.entries(COMMAND_KEYS).map(([name, key]) => ({
        key,
        preventDefault: true,
        run: () => {
          command(name as EditorCommand);
          return true;
        },
      })),
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
