import type { ReactNode } from 'react';

export interface DataColumn<T> {
  readonly id: string;
  readonly header: string;
  /** A grid track: `120px`, `minmax(160px, 2fr)`. */
  readonly track: string;
  /** Left out where the table is narrower. */
  readonly minTableWidth?: number;
  readonly sortField?: string;
  readonly align?: 'end';
  readonly cell: (row: T) => ReactNode;
}
