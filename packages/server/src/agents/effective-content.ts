import { type Searchable, searchableOf } from '@drover/collector-config';
import { sha256OfFields } from '../lib/hash.ts';
import type { InstanceUid } from './agent.ts';

/** Masks a text and takes it apart, see `searchableOf`. Some texts take long: in a thread of its own they hold nobody up. */
export type ReadText = (text: string, options?: { readonly isText?: boolean }) => Promise<Searchable>;

/** Reads where it is asked. */
export const readHere: ReadText = async (text, options) => searchableOf(text, options);

/** What agents run that is the same for all of them but for what names the agent itself. Secrets are masked. */
export interface EffectiveContent {
  /** Over the masked texts: it tells nothing of a secret. Lower-case hex. */
  readonly hash: string;
  readonly files: readonly { readonly name: string; readonly text: Searchable }[];
  /** About how much memory it takes. */
  readonly bytes: number;
}

/** Where a supervisor put its own endpoint: beside the uid the one thing in which agents of one configuration differ. */
const LOCAL_ENDPOINT = /ws:\/\/127\.0\.0\.1:\d+\/v1\/opamp/g;

/** The text without what names the agent itself, so that agents of one configuration have one text. */
export function withoutOwnPlaces(text: string, uid: InstanceUid): string {
  return text.replaceAll(uid, 'INSTANCE-UID').replaceAll(LOCAL_ENDPOINT, 'ws://127.0.0.1:PORT/v1/opamp');
}

/** Tells one reported content from another, secrets included: for memory alone, it must not be shown. */
export function reportedKey(bodies: ReadonlyMap<string, string>, uid: InstanceUid): string {
  return sha256OfFields([...bodies].flatMap(([name, body]) => [name, withoutOwnPlaces(body, uid)]));
}

/** Reads what an agent reported. Work is bounded for each file, see `searchableOf`. */
export async function effectiveContentOf(
  bodies: ReadonlyMap<string, string>,
  uid: InstanceUid,
  readText: ReadText,
): Promise<EffectiveContent> {
  const files: { readonly name: string; readonly text: Searchable }[] = [];
  for (const [name, body] of bodies) files.push({ name, text: await readText(withoutOwnPlaces(body, uid)) });
  const hash = sha256OfFields(files.flatMap(({ name, text }) => [name, text.lines.join('\n')]));
  return { hash, files, bytes: files.reduce((sum, { text }) => sum + text.bytes, 0) };
}
