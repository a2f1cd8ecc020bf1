import { yaml } from '@codemirror/lang-yaml';
import { MergeView, unifiedMergeView } from '@codemirror/merge';
import { EditorState, type Extension } from '@codemirror/state';
import { EditorView, lineNumbers } from '@codemirror/view';
import { useEffect, useRef, useState } from 'react';
import { styleNonce } from '../theme/style-nonce.ts';
import styles from './diff-view.module.css';
import { editorLook } from './editor-theme.ts';

interface DiffViewProps {
  readonly before: string;
  readonly after: string;
  readonly beforeLabel: string;
  readonly afterLabel: string;
}

const SIDE_BY_SIDE_FROM = 760;
const COLLAPSE = { margin: 3, minSize: 8 };

function readOnlyText(label: string): Extension {
  return [
    editorLook(styleNonce()),
    lineNumbers(),
    yaml(),
    EditorState.readOnly.of(true),
    EditorView.editable.of(false),
    EditorView.contentAttributes.of({ 'aria-label': label, 'aria-readonly': 'true', tabindex: '0' }),
  ];
}

/** Two texts: side by side where there is room, one below the other line where there is not. */
export function DiffView({ before, after, beforeLabel, afterLabel }: DiffViewProps) {
  const placeRef = useRef<HTMLDivElement>(null);
  const [isWide, setWide] = useState<boolean>();
  const isSame = before === after;

  useEffect(() => {
    const place = placeRef.current;
    if (place === null) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) setWide(entry.contentRect.width >= SIDE_BY_SIDE_FROM);
    });
    observer.observe(place);
    return () => observer.disconnect();
  }, []);

  useEffect(() => {
    const place = placeRef.current;
    if (place === null || isWide === undefined) return;
    if (isWide) {
      const view = new MergeView({
        parent: place,
        a: { doc: before, extensions: readOnlyText(beforeLabel) },
        b: { doc: after, extensions: readOnlyText(afterLabel) },
        highlightChanges: true,
        gutter: true,
        ...(isSame ? {} : { collapseUnchanged: COLLAPSE }),
      });
      return () => view.destroy();
    }
    const view = new EditorView({
      parent: place,
      doc: after,
      extensions: [
        readOnlyText(`${beforeLabel} and ${afterLabel}`),
        unifiedMergeView({
          original: before,
          mergeControls: false,
          ...(isSame ? {} : { collapseUnchanged: COLLAPSE }),
        }),
      ],
    });
    return () => view.destroy();
  }, [before, after, beforeLabel, afterLabel, isWide, isSame]);

  return (
    <div>
      <div className={styles.heads} data-wide={isWide === true}>
        <span className={styles.head} data-side="before">
          {beforeLabel}
        </span>
        <span className={styles.head} data-side="after">
          {afterLabel}
        </span>
      </div>
      {isSame ? <p className={styles.same}>No differences.</p> : null}
      <div ref={placeRef} className={styles.diff} />
    </div>
  );
}
