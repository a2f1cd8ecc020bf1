import type { AgentKey, AgentValue } from '@drover/api';
import { formatCount } from '../components/format.ts';
import { type CompletionPlace, wordText } from './completion-place.ts';

export interface CompletionOption {
  readonly id: string;
  /** What is put in the place of what was typed. */
  readonly insert: string;
  readonly word: string;
  /** What sort of thing it is. */
  readonly detail: string;
  readonly aside: string;
}

const OPERATORS = [
  { insert: '=', detail: 'is' },
  { insert: '!=', detail: 'is not, or is not set' },
  { insert: ' in (', detail: 'is one of' },
  { insert: ' notin (', detail: 'is none of, or is not set' },
] as const;

/** What can stand behind a key, put directly behind it. */
function operatorOptions(typed: string): CompletionOption[] {
  return OPERATORS.map(({ insert, detail }) => ({ insert: insert.trimStart(), detail, whole: insert }))
    .filter(({ insert }) => insert.startsWith(typed))
    .map(({ insert, detail, whole }) => ({
      id: `operator ${insert}`,
      insert: typed === '' ? whole : insert,
      word: insert,
      detail,
      aside: '',
    }));
}

function agentsText(agents: number): string {
  return `${formatCount(agents)} ${agents === 1 ? 'agent' : 'agents'}`;
}

export function keyOptions(
  place: CompletionPlace & { kind: 'key' },
  keys: readonly AgentKey[],
): CompletionOption[] {
  const sourceOf = (scope: string) => (scope === 'label' ? 'label' : 'attribute');
  const fitting = keys.filter(({ source }) => place.scope === '' || source === sourceOf(place.scope));
  const isWhole = fitting.some(({ key }) => key === place.typed);
  const options = fitting
    .filter(({ key }) => key !== place.typed)
    .map((key): CompletionOption => {
      // A label hides the attribute of its name: which of the two is meant has to be said then.
      const isDouble = keys.some((other) => other.key === key.key && other.source !== key.source);
      const scope =
        place.scope === '' && isDouble ? (key.source === 'label' ? 'label' : 'attr') : place.scope;
      const insert = `${scope === '' ? '' : `${scope}:`}${wordText(key.key)}`;
      return {
        id: `${key.source} ${key.key}`,
        insert,
        word: insert,
        detail: `${key.source}, ${formatCount(key.values)} ${key.values === 1 ? 'value' : 'values'}`,
        aside: agentsText(key.agents),
      };
    });
  if (!isWhole || place.isNegated) return options;
  const typed = `${place.scope === '' ? '' : `${place.scope}:`}${wordText(place.typed)}`;
  return [
    ...operatorOptions('').map((option) => ({ ...option, insert: `${typed}${option.insert}` })),
    ...options,
  ];
}

export function valueOptions(
  place: CompletionPlace & { kind: 'value' },
  values: readonly AgentValue[],
): CompletionOption[] {
  const isWhole = values.some(({ value }) => value === place.typed);
  const options = values
    .filter(({ value }) => value !== place.typed)
    .map(
      ({ value, agents }): CompletionOption => ({
        id: `value ${value}`,
        insert: wordText(value),
        word: value === '' ? '""' : value,
        detail: '',
        aside: agentsText(agents),
      }),
    );
  if (!isWhole || !place.isInList) return options;
  const typed = wordText(place.typed);
  return [
    { id: 'list end', insert: `${typed})`, word: ')', detail: 'the end of the list', aside: '' },
    { id: 'list more', insert: `${typed},`, word: ',', detail: 'one more value', aside: '' },
    ...options,
  ];
}

export function optionsAt(
  place: CompletionPlace | undefined,
  keys: readonly AgentKey[],
  values: readonly AgentValue[],
): CompletionOption[] {
  switch (place?.kind) {
    case undefined:
      return [];
    case 'key':
      return keyOptions(place, keys);
    case 'operator':
      return operatorOptions(place.typed).map((option) => ({ ...option, insert: option.insert.trimStart() }));
    case 'value':
      return valueOptions(place, values);
  }
}
