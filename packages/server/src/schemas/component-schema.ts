/** Which component schemas there are, without what stands in them. */
export interface SchemaInfo {
  readonly distribution: string;
  readonly version: string;
  readonly origin: 'bundled' | 'stored';
  /** SHA-256 of the document as it is served. */
  readonly hash: string;
  /** How many components have a schema. */
  readonly components: number;
  /** Null for bundled ones. */
  readonly createdAtMs: number | null;
  readonly author: string | null;
}

/** Schemas that serve for a version: its own, or those of the newest version below it. */
export interface ChosenSchema {
  readonly info: SchemaInfo;
  readonly match: 'exact' | 'nearest';
}

/**
 * The schemas for agents of a distribution and version: of exactly that version, else of the newest below it in the
 * same major version, since fields are added more often than taken away. Undefined where there are none.
 */
export function chooseSchema(
  known: Iterable<SchemaInfo>,
  distribution: string,
  version: string,
): ChosenSchema | undefined {
  const wanted = numbersOf(version);
  let nearest: { readonly info: SchemaInfo; readonly numbers: VersionNumbers } | undefined;
  for (const info of known) {
    if (info.distribution !== distribution) continue;
    if (info.version === version) return { info, match: 'exact' };
    const numbers = numbersOf(info.version);
    if (wanted === undefined || numbers === undefined || numbers[0] !== wanted[0]) continue;
    const order = compareNumbers(numbers, wanted);
    if (order === 0) return { info, match: 'exact' };
    if (order < 0 && (nearest === undefined || compareNumbers(numbers, nearest.numbers) > 0))
      nearest = { info, numbers };
  }
  return nearest && { info: nearest.info, match: 'nearest' };
}

/** By distribution, then version with the newest first. */
export function compareSchemas(
  a: Pick<SchemaInfo, 'distribution' | 'version'>,
  b: Pick<SchemaInfo, 'distribution' | 'version'>,
): number {
  if (a.distribution !== b.distribution) return a.distribution < b.distribution ? -1 : 1;
  const [first, second] = [numbersOf(a.version), numbersOf(b.version)];
  const order = first !== undefined && second !== undefined ? compareNumbers(second, first) : 0;
  return order || (a.version < b.version ? -1 : a.version > b.version ? 1 : 0);
}

type VersionNumbers = readonly [number, number, number];

/** `v0.149.0` is 0.149.0; what stands behind the numbers does not count, since it changes no field. */
function numbersOf(version: string): VersionNumbers | undefined {
  const match = /^v?(\d{1,9})\.(\d{1,9})(?:\.(\d{1,9}))?(?:[-+].*)?$/.exec(version);
  return match === null ? undefined : [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)];
}

function compareNumbers(a: VersionNumbers, b: VersionNumbers): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}
