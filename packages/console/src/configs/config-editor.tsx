import type { ConfigFormat } from '@drover/api';
import { lazy, type ReactNode, Suspense, useRef, useState } from 'react';
import type { CodeEditorHandle } from '../components/code-editor.tsx';
import { SkeletonRows } from '../components/skeleton.tsx';
import { placeOfNode } from '../pipelines/place-of-node.ts';
import { useGraphSwitch, WithGraph } from '../pipelines/with-graph.tsx';
import { useEditorTrial } from '../trials/editor-trial.tsx';
import styles from './configs.module.css';
import { EditorTargets, useEditorAgents } from './editor-targets.tsx';
import { FindingsList, FindingsSummary } from './findings.tsx';
import { useKnowledge } from './use-knowledge.ts';
import { useValidation } from './use-validation.ts';

const CodeEditor = lazy(() =>
  import('../components/code-editor.tsx').then((module) => ({ default: module.CodeEditor })),
);

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
}

/** The text of a configuration with what the server finds in it. */
export function ConfigEditor({
  body,
  name,
  format = 'collector',
  contentType = 'text/yaml',
  onChange,
  onSave,
  actions,
  status,
}: ConfigEditorProps) {
  const editor = useRef<CodeEditorHandle>(null);
  const [cursor, setCursor] = useState<number>();
  const graph = useGraphSwitch();
  const isCollector = format === 'collector';
  const trial = useEditorTrial(body, { name, format });
  const agents = useEditorAgents();
  const known = useKnowledge(agents.selector);
  const selector = isCollector ? agents.selector : '';
  const validation = useValidation(body, { format, contentType, selector }, trial.findings);
  return (
    <div className={styles.editor}>
      <div className={styles.editorBar}>
        <span className={styles.editorStatus} role="status">
          <FindingsSummary validation={validation} isCollector={isCollector} />
          {status}
        </span>
        <span className={styles.actions}>
          {trial.button}
          {isCollector ? graph.button : null}
          {actions}
        </span>
      </div>
      {isCollector ? <EditorTargets agents={agents} known={known} /> : null}
      {trial.panel}
      <WithGraph
        text={body}
        isShown={isCollector && graph.isShown}
        cursor={cursor}
        onOpen={(node) => {
          const place = placeOfNode(body, node);
          if (place !== undefined) editor.current?.goToOffset(place);
        }}
      >
        <Suspense fallback={<SkeletonRows rows={10} height={18} />}>
          <CodeEditor
            ref={editor}
            value={body}
            label="Configuration body"
            findings={validation.kind === 'checked' ? validation.findings : NO_FINDINGS}
            onChange={onChange}
            onCursor={setCursor}
            knowledge={isCollector ? known.knowledge : undefined}
            onSave={onSave}
          />
        </Suspense>
      </WithGraph>
      <FindingsList validation={validation} onGoTo={(line, column) => editor.current?.goTo(line, column)} />
      <p className={styles.hint}>Tab indents. To leave the editor by keyboard, press Esc, then Tab.</p>
    </div>
  );
}

const NO_FINDINGS = [] as const;
