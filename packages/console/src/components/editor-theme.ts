import { defaultHighlightStyle, HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

/** Ink for keys, petrol for values: green, amber, red and blue say how something is, and violet where one is. */
const highlight = HighlightStyle.define([
  {
    tag: [tags.definition(tags.propertyName), tags.propertyName],
    color: 'var(--code-key)',
    fontWeight: '560',
  },
  { tag: [tags.string, tags.special(tags.string), tags.content], color: 'var(--code-value)' },
  {
    tag: [tags.number, tags.bool, tags.null, tags.atom, tags.keyword, tags.typeName, tags.labelName],
    color: 'var(--code-value)',
    fontWeight: '560',
  },
  { tag: [tags.comment, tags.lineComment, tags.meta], color: 'var(--code-faint)', fontStyle: 'italic' },
  { tag: [tags.separator, tags.punctuation, tags.squareBracket, tags.brace], color: 'var(--ink-muted)' },
]);

const look = EditorView.theme({
  '&': { color: 'var(--ink)', backgroundColor: 'var(--surface)', fontSize: 'var(--text-sm)' },
  '&.cm-focused': { outline: 'none' },
  // Above the gutters and the active line, which would cover an outline.
  '&.cm-focused:after': {
    content: '""',
    position: 'absolute',
    inset: '0',
    zIndex: '300',
    border: '2px solid var(--focus)',
    pointerEvents: 'none',
  },
  '.cm-gutter-lint .cm-gutterElement': { padding: '0 2px', display: 'grid', placeItems: 'center' },
  '.cm-lint-marker': { width: '9px', height: '9px' },
  '.cm-lint-marker-error': {
    content: 'normal',
    backgroundColor: 'var(--broken-solid)',
    transform: 'rotate(45deg)',
  },
  '.cm-lint-marker-warning': {
    content: 'normal',
    backgroundColor: 'var(--look-solid)',
    clipPath: 'polygon(50% 0, 100% 100%, 0 100%)',
  },
  '.cm-lint-marker-info': { content: 'normal', backgroundColor: 'var(--gone-solid)', borderRadius: '50%' },
  '.cm-scroller': { fontFamily: 'var(--font-mono)', lineHeight: '1.6' },
  '.cm-content': { padding: '10px 0', caretColor: 'var(--ink)' },
  '.cm-cursor, .cm-dropCursor': { borderLeftColor: 'var(--ink)', borderLeftWidth: '2px' },
  '.cm-line': { padding: '0 16px 0 8px' },
  '.cm-gutters': {
    backgroundColor: 'var(--surface)',
    color: 'var(--ink-faint)',
    border: 'none',
    paddingLeft: '6px',
  },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'var(--hover)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'var(--select-text)',
  },
  '.cm-matchingBracket, &.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--selected)' },
  '.cm-searchMatch': { backgroundColor: 'var(--look-tint)' },
  '.cm-foldPlaceholder': {
    backgroundColor: 'var(--selected)',
    border: 'none',
    color: 'var(--ink-muted)',
    padding: '0 6px',
  },
  '.cm-tooltip': {
    backgroundColor: 'var(--surface)',
    color: 'var(--ink)',
    border: '1px solid var(--line-strong)',
    borderRadius: 'var(--radius)',
    boxShadow: 'var(--shadow-high)',
    fontSize: 'var(--text-sm)',
    maxWidth: '520px',
  },
  '.cm-tooltip-autocomplete > ul': {
    fontFamily: 'var(--font-mono)',
    maxHeight: '260px',
    minWidth: '260px',
    maxWidth: 'min(520px, 86vw)',
  },
  '.cm-tooltip-autocomplete > ul > li': {
    display: 'flex',
    alignItems: 'baseline',
    justifyContent: 'space-between',
    gap: '16px',
    padding: '4px 10px',
    lineHeight: '1.4',
  },
  '.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    backgroundColor: 'var(--selected)',
    color: 'var(--ink)',
  },
  '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: '700' },
  '.cm-completionDetail': {
    marginLeft: '0',
    color: 'var(--ink-muted)',
    fontFamily: 'var(--font-sans)',
    fontSize: 'var(--text-xs)',
    fontStyle: 'normal',
    overflow: 'hidden',
    textOverflow: 'ellipsis',
  },
  '.cm-offer-deprecated .cm-completionLabel': { textDecoration: 'line-through' },
  '.cm-tooltip.cm-completionInfo': { padding: '0', maxWidth: '360px' },
  '.cm-help': {
    maxWidth: '480px',
    maxHeight: '300px',
    overflow: 'auto',
    padding: '8px 12px',
    fontFamily: 'var(--font-sans)',
    overflowWrap: 'anywhere',
  },
  '.cm-help p': { marginTop: '4px' },
  '.cm-help-type, .cm-help-muted': { color: 'var(--ink-muted)' },
  '.cm-help-look': { color: 'var(--look)' },
  '.cm-diagnostic': { padding: '6px 12px', fontFamily: 'var(--font-sans)' },
  '.cm-diagnostic-error': { borderLeft: '4px solid var(--broken-solid)' },
  '.cm-diagnostic-warning': { borderLeft: '4px solid var(--look-solid)' },
  '.cm-diagnostic-info': { borderLeft: '4px solid var(--gone-solid)' },
  '.cm-panels': { backgroundColor: 'var(--sunken)', color: 'var(--ink)', borderColor: 'var(--line-soft)' },
  '.cm-panels input, .cm-panels button': { font: 'inherit', fontSize: 'var(--text-sm)' },
  '.cm-textfield': {
    backgroundColor: 'var(--surface)',
    color: 'var(--ink)',
    border: '1px solid var(--line-control)',
  },
  '.cm-button': {
    backgroundImage: 'none',
    backgroundColor: 'var(--surface)',
    border: '1px solid var(--line-strong)',
  },
  '.cm-collapsedLines': {
    background: 'var(--sunken)',
    color: 'var(--ink-muted)',
    fontFamily: 'var(--font-sans)',
    fontSize: 'var(--text-xs)',
    padding: '4px 16px',
  },
  '.cm-collapsedLines:before, .cm-collapsedLines:after': { content: '""', margin: '0' },
  '&.cm-merge-a .cm-changedLine, .cm-deletedChunk, .cm-deletedLine': {
    backgroundColor: 'var(--removed-tint)',
  },
  '&.cm-merge-b .cm-changedLine, .cm-insertedLine, .cm-inlineChangedLine': {
    backgroundColor: 'var(--added-tint)',
  },
  '&.cm-merge-a .cm-changedText, .cm-deletedChunk .cm-deletedText': { background: 'var(--removed-mark)' },
  '&.cm-merge-b .cm-changedText, .cm-changedText': { background: 'var(--added-mark)' },
  '&.cm-merge-a .cm-changedLineGutter, .cm-deletedLineGutter': { background: 'var(--broken-solid)' },
  '&.cm-merge-b .cm-changedLineGutter, .cm-changedLineGutter': { background: 'var(--well-solid)' },
});

export function editorLook(nonce: string): Extension {
  return [
    EditorView.cspNonce.of(nonce),
    look,
    syntaxHighlighting(highlight),
    syntaxHighlighting(defaultHighlightStyle, { fallback: true }),
  ];
}
