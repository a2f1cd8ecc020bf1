import { useState } from 'react';

/** A switch that this browser remembers, where it can keep anything. */
export function useStoredFlag(key: string, initial: boolean): readonly [boolean, (next: boolean) => void] {
  const [flag, setFlag] = useState(() => {
    const stored = read(key);
    return stored === null ? initial : stored === '1';
  });
  const change = (next: boolean) => {
    setFlag(next);
    try {
      localStorage.setItem(key, next ? '1' : '0');
    } catch {
      // A browser that keeps nothing still has the switch.
    }
  };
  return [flag, change];
}

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}
