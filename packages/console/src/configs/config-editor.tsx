import type { ConfigFormat } from '@drover/api';
import { lazy, type ReactNode, type Ref, Suspense, useImperativeHandle, useRef } from 'react';
import type { CodeEditorHandle, EditorCommand } from '../components/code-editor.tsx';
import { SkeletonRows } from '../components/skeleton.tsx';
import { useLast } from '../components/use-last.ts';
import { partCode } from '../data/page-code.ts';
import { useGraphSwitch, WithGraph } from '../pipelines/with-graph.tsx';
import type { CompareSide } from '../text/compare-side.ts';
import { OutlinePanel } from '../text/outline-panel.tsx';
import { useCompare } from '../text/use-compare.tsx';
import { useEditorText } from '../text/use-editor-text.ts';
import { useFormat } from '../text/use-format.tsx';
import { useOutlineSwitch } from '../text/use-outline-switch.tsx';
import { useEditorTrial } from '../trials/editor-trial.tsx';
import styles from './configs.module.css';
import { EditorTargets, useEditorAgents } from './editor-targets.tsx';
import { FindingsList, FindingsSummary } from './findings.tsx';
import { useKnowledge } from './use-knowledge.ts';
import { useValidation } from './use-validation.ts';
import { isParsed } from './validation.ts';

const CodeEditor = lazy(
  partCode(() => import('../components/code-editor.tsx').then((module) => ({ default: module.CodeEditor }))),
);

export interface ConfigEditorHandle {
  /** Another text in the place of this one, as one step to undo. */
  replace(text: string): void;
}

interface ConfigEditorProps {
  readonly body: string;
  /** Absent: a Collector configuration. Of others nobody knows the pipelines. */
  readonly format?: ConfigFormat;
  /** Absent: YAML. */
  readonly contentType?: string;
  /** The configuration that it is to be a revision of; undefined for a new one. */
  readonly name?: string;
  readonly onChange: (body: string) => void;
  readonly onSave: () => void;
  /** What stands at the end of the editor's bar: the way to save. */
  readonly actions: ReactNode;
  readonly status: ReactNode;
  /** What the text is compared with; undefined as long as nobody wants to know. */
  readonly side: CompareSide | undefined;
  readonly onSide: (side: CompareSide | undefined) => void;
  /** What a comparison begins with. */
  readonly firstSide: CompareSide;
  readonly ref?: Ref<ConfigEditorHandle>;
}

/** The text of a configuration with what is found in it, how it is built, and what it is compared with. */
export function ConfigEditor({
  body,
  name,
  format = 'collector',
  contentType = 'text/yaml',
  onChange,
  onSave,
  actions,
  status,
  side,
  onSide,
  firstSide,
  ref,
}: ConfigEditorProps) {
  const editor = useRef<CodeEditorHandle>(null);
  const isCollector = format === 'collector';
  const isYaml = /yaml/i.test(contentType);
  const graph = useGraphSwitch();
  const outline = useOutlineSwitch();
  const trial = useEditorTrial(body, { name, format });
  const agents = useEditorAgents();
  const known = useKnowledge(agents.selector);
  const text = useEditorText(body, isCollector, known.knowledge);
  const validation = useValidation(
    body,
    { format, contentType, selector: isCollector ? agents.selector : '' },
    { program: trial.findings, reading: text.reading },
  );
  const checkedBy = useLast(
    validation.kind === 'checked' && isParsed(validation.findings) ? validation.schemas : undefined,
  );
  const formatting = useFormat({
    body,
    text: () => editor.current?.text() ?? body,
    onFormatted: (formatted) => editor.current?.replace(formatted),
    onGoTo: (line) => editor.current?.goTo(line, 1),
  });
  const compare = useCompare({ name, body, isCollector, side, firstSide, onSide });
  useImperativeHandle(ref, () => ({ replace: (next) => editor.current?.replace(next) }));

  const onCommand = (command: EditorCommand) => {
    switch (command) {
      case 'format':
        return isYaml ? formatting.format() : undefined;
      case 'outline':
        return isYaml ? outline.focus() : undefined;
      case 'graph':
        return isCollector ? graph.focus() : undefined;
      default:
        return command satisfies never;
    }
  };
  const goToOffset = (offset: number | undefined) => {
    if (offset !== undefined) editor.current?.goToOffset(offset);
  };
  return (
    <div className={styles.frame}>
      <div className={styles.editor}>
        <div className={styles.editorBar}>
          <span className={styles.editorStatus} role="status">
            <FindingsSummary validation={validation} isCollector={isCollector} />
            {status}
          </span>
          <span className={styles.tools}>
            {isYaml ? outline.button : null}
            {isCollector ? graph.button : null}
            {isYaml ? formatting.button : null}
            {compare.button}
            {trial.button}
          </span>
          <span className={styles.actions}>{actions}</span>
        </div>
        {isCollector ? <EditorTargets agents={agents} known={known} checkedBy={checkedBy} /> : null}
        {formatting.note}
        {trial.panel}
        <WithGraph
          reading={text.reading}
          place={text.place}
          isShown={isCollector && graph.isShown}
          graphRef={graph.placeRef}
          onOpen={(node) => void text.placeOf(body, node).then(goToOffset, () => undefined)}
          outline={
            isYaml && outline.isShown ? (
              <OutlinePanel
                reading={text.reading}
                cursor={text.cursor}
                fieldRef={outline.fieldRef}
                onGoTo={({ from }) => goToOffset(from)}
                onLeave={() => editor.current?.focus()}
              />
            ) : null
          }
        >
          <Suspense fallback={<SkeletonRows rows={10} height={18} />}>
            <CodeEditor
              ref={editor}
              value={body}
              label="Configuration body"
              findings={validation.marks}
              onChange={onChange}
              onCursor={text.moveCursor}
              assistance={isCollector ? text.assistance : undefined}
              onSave={onSave}
              onCommand={onCommand}
            />
          </Suspense>
        </WithGraph>
        <FindingsList validation={validation} onGoTo={(line, column) => editor.current?.goTo(line, column)} />
        <p className={styles.hint}>
          Tab indents; Esc, then Tab leaves the editor.{' '}
          {isYaml ? 'Ctrl Shift O goes to the outline, Shift Alt F formats' : ''}
          {isCollector ? ', Ctrl . goes to the graph' : ''}
          {isYaml ? '.' : ''}
        </p>
      </div>
      {compare.panel}
    </div>
  );
}
