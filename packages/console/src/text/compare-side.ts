/** What the text of an editor is held against. */
export type CompareSide =
  | { readonly kind: 'revision'; readonly number: number }
  /** Without `uid` none is chosen yet. */
  | { readonly kind: 'agent'; readonly uid?: string };

/** As it stands in the address: `r3`, `agent`, or an agent's instance uid. Undefined for what is none of these. */
export function readSide(word: string | undefined): CompareSide | undefined {
  if (word === undefined) return undefined;
  const number = /^r([1-9]\d{0,8})$/.exec(word)?.[1];
  if (number !== undefined) return { kind: 'revision', number: Number(number) };
  if (word === 'agent') return { kind: 'agent' };
  return /^[0-9a-f-]{32,36}$/i.test(word) ? { kind: 'agent', uid: word } : undefined;
}

export function sideWord(side: CompareSide): string {
  return side.kind === 'revision' ? `r${side.number}` : (side.uid ?? 'agent');
}

/** The files that an agent reports, as one text; undefined where it reports none. */
export function sideText(
  files: Readonly<Record<string, { readonly body: string }>> | undefined,
): string | undefined {
  const all = Object.entries(files ?? {});
  if (all.length === 0) return undefined;
  return all.map(([name, { body }]) => (all.length > 1 ? `# ${name}\n${body}` : body)).join('\n');
}
