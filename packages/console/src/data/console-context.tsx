import type { ApiClient } from '@drover/api';
import { createContext, type ReactNode, useContext } from 'react';
import type { Console } from './console.ts';

const ConsoleContext = createContext<Console | undefined>(undefined);

export function ConsoleProvider(props: { readonly value: Console; readonly children: ReactNode }) {
  return <ConsoleContext value={props.value}>{props.children}</ConsoleContext>;
}

export function useConsole(): Console {
  const value = useContext(ConsoleContext);
  if (value === undefined) throw new Error('useConsole needs a ConsoleProvider above it');
  return value;
}

export function useApi(): ApiClient {
  return useConsole().api;
}
