/** A component or pipeline id: `otlp/internal` has the type `otlp` and the name `internal`; the name may be empty. */
export type ComponentId = { readonly type: string; readonly name: string };

/** What text as an id is: the id, or what is wrong with it in the Collector's words. */
export type ParsedId =
  | { readonly kind: 'id'; readonly id: ComponentId }
  | { readonly kind: 'bad'; readonly reason: string };

const TYPE = /^[a-zA-Z][0-9a-zA-Z_]{0,62}$/;
const NAME = /^[^\p{Z}\p{C}\p{S}]+$/u;
const MAX_NAME_CHARS = 1024;

/** Reads `type` or `type/name` by the Collector's rules. */
export function parseComponentId(text: string): ParsedId {
  const slash = text.indexOf('/');
  const type = (slash < 0 ? text : text.slice(0, slash)).trim();
  const name = slash < 0 ? '' : text.slice(slash + 1).trim();
  if (type === '')
    return bad(slash < 0 ? 'id must not be empty' : `in "${text}" id: the part before / should not be empty`);
  if (slash >= 0 && name === '') return bad(`in "${text}" id: the part after / should not be empty`);
  if (!TYPE.test(type)) return bad(`in "${text}" id: invalid character(s) in type "${type}"`);
  if (name.length > MAX_NAME_CHARS)
    return bad(`the name of an id is longer than ${MAX_NAME_CHARS} characters`);
  if (name !== '' && !NAME.test(name)) return bad(`in "${text}" id: invalid character(s) in name "${name}"`);
  return { kind: 'id', id: { type, name } };
}

/** The type in front of the slash, for any text. */
export function componentType(id: string): string {
  return id.split('/', 1)[0]?.trim() ?? '';
}

function bad(reason: string): ParsedId {
  return { kind: 'bad', reason };
}
