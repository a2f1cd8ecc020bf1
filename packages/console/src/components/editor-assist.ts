import {
  acceptCompletion,
  autocompletion,
  type CompletionContext,
  type CompletionResult,
  completionKeymap,
  type Completion as EditorCompletion,
  insertCompletionText,
  pickedCompletion,
  startCompletion,
} from '@codemirror/autocomplete';
import { type Extension, Prec } from '@codemirror/state';
import { type EditorView, hoverTooltip, keymap } from '@codemirror/view';
import type { Completion, Completions, EditorKnowledge, Hover } from '@drover/collector-config';
import { enterBelowKey } from './editor-enter.ts';
import { completionInfo, hoverCard } from './editor-help.ts';

const WORD = /^[\w./:-]*$/;
/** What leads to a place where something new begins, so that it is offered without being asked for. */
const LEADS = /[[{,:-]\s?$|\$\{$/;
const SHOWN_MAX = 200;

/** What may be written and what a word means, looked up elsewhere, so that no key waits for it. */
export interface EditorAssistance {
  /** What is known of the components that the text is for. */
  readonly knowledge: EditorKnowledge;
  complete(text: string, offset: number): Promise<Completions | undefined>;
  hover(text: string, offset: number): Promise<Hover | undefined>;
}

/** Completion and help in a configuration, from what is known when they are asked for. */
export function editorAssist(assistance: () => EditorAssistance): Extension {
  return [
    autocompletion({
      override: [(context) => offersAt(context, assistance())],
      icons: false,
      maxRenderedOptions: SHOWN_MAX,
      optionClass: ({ type }) => `cm-offer-${type ?? 'key'}`,
    }),
    Prec.high(
      keymap.of([
        { key: 'Tab', run: acceptCompletion },
        ...completionKeymap,
        { key: 'Enter', run: enterBelowKey },
      ]),
    ),
    hoverTooltip(async (view, position) => {
      const { state } = view;
      const hover = await assistance().hover(state.doc.toString(), position);
      // Typed on meanwhile: it stands elsewhere now.
      if (hover === undefined || view.state.doc !== state.doc) return null;
      return {
        pos: hover.from,
        end: hover.to,
        create: () => ({ dom: hoverCard(hover, assistance().knowledge) }),
      };
    }),
  ];
}

/** What is offered where the cursor stands; unasked only where it does not stand in the way of writing. */
export async function offersAt(
  context: CompletionContext,
  { complete }: Pick<EditorAssistance, 'complete'>,
): Promise<CompletionResult | null> {
  const line = context.state.doc.lineAt(context.pos);
  // Nothing is offered in a comment, which may be long: no need to ask.
  if (/^\s*#/.test(line.text)) return null;
  const found = await complete(context.state.doc.toString(), context.pos);
  if (found === undefined || context.aborted) return null;
  const typed = context.state.sliceDoc(found.from, context.pos).replace(/^["']/, '');
  const labels = new Set(found.items.map(({ label }) => label));
  if (!context.explicit) {
    const before = context.state.sliceDoc(line.from, context.pos);
    if (typed === '' && !LEADS.test(before)) return null;
    // A word that is there in full wants no offer that Enter would take instead of ending the line.
    if (labels.has(typed)) return null;
  }
  // Offers are filtered by the text up to `to`: what is replaced behind the cursor, a closing brace say, is not in it.
  const behind = found.to - context.pos;
  return {
    from: context.pos - typed.length,
    options: found.items.map((item) => optionOf(item, found.from, behind)),
    validFor: (text) => WORD.test(text) && !labels.has(text),
  };
}

function optionOf(item: Completion, start: number, behind: number): EditorCompletion {
  return {
    label: item.label,
    type: item.isDeprecated ? 'deprecated' : item.kind,
    ...(item.detail === '' ? {} : { detail: item.detail }),
    ...(item.description === '' && !item.isDeprecated ? {} : { info: () => completionInfo(item) }),
    boost: item.isDeprecated ? -1 : 0,
    apply: (view, completion, from, to) => {
      const end = Math.min(to + behind, view.state.doc.length);
      write(view, completion, item.insert, Math.min(start, from), end);
    },
  };
}

function write(view: EditorView, completion: EditorCompletion, text: string, from: number, to: number): void {
  view.dispatch({
    ...insertCompletionText(view.state, text, from, to),
    annotations: pickedCompletion.of(completion),
  });
  // Behind a key its value comes, or the keys below it.
  if (/\s$/.test(text)) startCompletion(view);
}
