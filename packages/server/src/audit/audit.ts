import { type ActivityKind, type ActivitySubject, type JsonValue, SERVER_AUTHOR } from '@drover/api';

/** One act, as the trail keeps it. Several agents at once are one act. */
export interface Act {
  readonly author: string;
  /** The server did it of its own accord. */
  readonly isOwn?: boolean;
  readonly kind: ActivityKind;
  readonly subject: { readonly kind: ActivitySubject; readonly id: string; readonly name: string };
  /** One line for people; '' where kind and subject say all. */
  readonly detail: string;
  readonly data?: Readonly<Record<string, JsonValue>> | undefined;
}

/** What the trail is to say of an outcome; undefined where nothing was done. It is written in the same transaction. */
export type ActOf<T> = (outcome: T) => Act | undefined;

/** By the server, of its own accord. */
export function ownAct(act: Omit<Act, 'author' | 'isOwn'>): Act {
  return { ...act, author: SERVER_AUTHOR, isOwn: true };
}

/** One thing that is called by its id. */
export function named(kind: ActivitySubject, name: string): Act['subject'] {
  return { kind, id: name, name };
}
