import { printableLine } from '@drover/api';

/**
 * A text that somebody else chose, such as an agent: it stands by itself whatever its script, and characters that turn
 * text round or are not seen are written out.
 */
export function Foreign(props: { readonly text: string }) {
  return <bdi>{printableLine(props.text)}</bdi>;
}
