import { useRef } from 'react';

/** The newest value that was there: what a page goes on showing while the next one is unknown. */
export function useLast<T>(value: T | undefined): T | undefined {
  const last = useRef(value);
  if (value !== undefined) last.current = value;
  return value ?? last.current;
}
