import type { Completion, EditorKnowledge, Hover } from '@drover/collector-config';

const WORDS_MAX = 12;

/** What is known of the word under the pointer, as an element. */
export function hoverCard(hover: Hover, { schemas }: EditorKnowledge): HTMLElement {
  const card = element('div', 'cm-help');
  const head = element('div', 'cm-help-head');
  head.append(element('code', '', hover.path));
  if (hover.type !== '') head.append(' ', element('span', 'cm-help-type', hover.type));
  card.append(head);
  if (hover.isDeprecated) card.append(element('p', 'cm-help-look', 'Deprecated'));
  const { default: initial } = hover;
  if (initial !== undefined && initial !== '') card.append(fact('Default', initial));
  if (hover.oneOf.length > 0) {
    const words = hover.oneOf.slice(0, WORDS_MAX).join(', ');
    card.append(fact('One of', hover.oneOf.length > WORDS_MAX ? `${words}, …` : words));
  }
  if (hover.description !== '') card.append(element('p', '', hover.description));
  const known = schemas === undefined ? undefined : `${schemas.distribution} ${schemas.version}`;
  if (hover.state === 'absent')
    card.append(element('p', 'cm-help-look', `${known ?? 'The schema'} has no such setting.`));
  if (hover.state === 'unchecked') {
    const why = known === undefined ? 'no schema available' : `the schema of ${known} does not cover it`;
    card.append(element('p', 'cm-help-muted', `Not checked: ${why}.`));
  }
  return card;
}

/** What an offer is for, beside the list of offers. */
export function completionInfo(item: Completion): HTMLElement {
  const info = element('div', 'cm-help');
  if (item.isDeprecated) info.append(element('p', 'cm-help-look', 'Deprecated'));
  if (item.description !== '') info.append(element('p', '', item.description));
  return info;
}

function fact(name: string, value: string): HTMLElement {
  const line = element('p', '');
  line.append(element('span', 'cm-help-muted', `${name} `), element('code', '', value));
  return line;
}

function element(name: 'div' | 'p' | 'span' | 'code', className: string, text = ''): HTMLElement {
  const made = document.createElement(name);
  if (className !== '') made.className = className;
  made.textContent = text;
  return made;
}
