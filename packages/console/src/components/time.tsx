import { useSyncExternalStore } from 'react';
import { useConsole } from '../data/console-context.tsx';
import { formatAge, formatExact } from './format.ts';

/** A time as its age, kept current; the exact one on hover and for screen readers. */
export function Time(props: { readonly at: string; readonly prefix?: string }) {
  const { clock } = useConsole();
  const atMs = Date.parse(props.at);
  // The snapshot is the text, so that a second that changes no word renders nothing.
  const text = useSyncExternalStore(clock.now.subscribe, () => formatAge(atMs, clock.now.get()));
  return (
    <time dateTime={props.at} data-hint={formatExact(props.at)} style={{ whiteSpace: 'nowrap' }}>
      {props.prefix}
      {text}
    </time>
  );
}
