import type { Page } from 'playwright-core';
import type { Stage, StageName } from './stages.ts';

/** Theme and width in pixels. */
export interface Variant {
  readonly scheme: 'light' | 'dark';
  readonly width: 1440 | 390;
}

/** One page in one state. */
export interface Scene {
  readonly name: string;
  readonly stage: StageName;
  readonly path: (stage: Stage) => string;
  /** Text that tells that the page is there with its data. */
  readonly word: string;
  /** What is done on the page before it is looked at. */
  readonly act?: (page: Page, stage: Stage) => Promise<void>;
  /** Where the scene is there at some widths only. */
  readonly widths?: readonly Variant['width'][];
  /** Those that are kept in the repository; all are taken where all are asked for. */
  readonly kept: readonly Variant[];
  /** Milliseconds by which the browser's clock is ahead of the server's. */
  readonly clockAheadMs?: number;
}

export const LIGHT_WIDE: Variant = { scheme: 'light', width: 1440 };
export const DARK_WIDE: Variant = { scheme: 'dark', width: 1440 };
export const LIGHT_PHONE: Variant = { scheme: 'light', width: 390 };
export const DARK_PHONE: Variant = { scheme: 'dark', width: 390 };
export const VARIANTS = [LIGHT_WIDE, DARK_WIDE, LIGHT_PHONE, DARK_PHONE];
