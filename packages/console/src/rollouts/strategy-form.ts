import type { FlowGate, RolloutStrategy, RolloutWindow, Wave, WEEK_DAYS } from '@drover/api';
import { isSelectorText } from '../data/agent-filter.ts';

/** What stands in the fields of "How". */
export interface StrategyForm {
  /** `first`: some agents, then all others once that is approved. */
  readonly kind: 'all' | 'first' | 'waves';
  readonly firstAgents: string;
  readonly rate: string;
  /** One for each, in order. */
  readonly waves: readonly string[];
  readonly soakMinutes: string;
  readonly maxFailed: string;
  readonly onFailure: 'pause' | 'rollback';
  readonly needsApproval: boolean;
  readonly isFlowJudged: boolean;
  readonly minSent: string;
  readonly maxRefused: string;
  readonly maxUnsent: string;
  readonly maxQueue: string;
  readonly maxMemoryGrowth: string;
  readonly deadlineMinutes: string;
  readonly hasWindow: boolean;
  readonly from: string;
  readonly to: string;
  readonly timezone: string;
  /** None chosen means every day. */
  readonly days: readonly WeekDay[];
}

export type WeekDay = (typeof WEEK_DAYS)[number];

export const FIRST_FORM: StrategyForm = {
  kind: 'all',
  firstAgents: '2',
  rate: '',
  waves: ['1', '10%'],
  soakMinutes: '5',
  maxFailed: '0',
  onFailure: 'pause',
  needsApproval: false,
  isFlowJudged: false,
  minSent: '50',
  maxRefused: '5',
  maxUnsent: '5',
  maxQueue: '90',
  maxMemoryGrowth: '',
  deadlineMinutes: '',
  hasWindow: false,
  from: '22:00',
  to: '04:00',
  timezone: Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC',
  days: [],
};

const PERCENTS = {
  minSent: ['minSentPercent', 1000],
  maxRefused: ['maxRefusedPercent', 100],
  maxUnsent: ['maxFailedPercent', 100],
  maxQueue: ['maxQueuePercent', 100],
  maxMemoryGrowth: ['maxMemoryGrowthPercent', 10_000],
} as const satisfies Partial<Record<keyof StrategyForm, readonly [keyof FlowGate, number]>>;
type PercentField = keyof typeof PERCENTS;

export type StrategyField =
  | 'rate'
  | 'firstAgents'
  | 'soakMinutes'
  | 'maxFailed'
  | 'deadlineMinutes'
  | 'from'
  | 'to'
  | 'timezone'
  | PercentField;
export type ReadStrategy =
  | { readonly kind: 'strategy'; readonly strategy: RolloutStrategy }
  | {
      readonly kind: 'wrong';
      readonly reasons: Partial<Record<StrategyField, string>>;
      /** For each wave; undefined where it can be read. */
      readonly waves: readonly (string | undefined)[];
    };

const RATE_MAX = 100_000;
const WEEK_MINUTES = 7 * 24 * 60;

export const WAVES_MAX = 50;
const COUNT = /^[1-9]\d{0,5}$/;
const WAVE_WORDS = 'Enter a number of agents, a percentage such as 10%, or a selector such as ring=canary';

type Reasons = Partial<Record<StrategyField, string>>;

/** What the fields say, or what is wrong in which of them. */
export function readStrategy(form: StrategyForm): ReadStrategy {
  const reasons: Reasons = {};
  const common = { ...readRate(form, reasons), ...readDeadline(form, reasons), ...readWindow(form, reasons) };
  const strategy: RolloutStrategy = { ...readKind(form, reasons), ...common };
  const waves =
    form.kind !== 'waves' ? [] : form.waves.map((text) => (readWave(text.trim()) ? undefined : WAVE_WORDS));
  const isWrong = Object.keys(reasons).length > 0 || waves.some((wrong) => wrong !== undefined);
  return isWrong ? { kind: 'wrong', reasons, waves } : { kind: 'strategy', strategy };
}

function readKind(form: StrategyForm, reasons: Reasons): RolloutStrategy {
  switch (form.kind) {
    case 'all':
      return { kind: 'all' };
    case 'first':
      return { kind: 'waves', ...readFirst(form, reasons) };
    case 'waves':
      return { kind: 'waves', ...readWaves(form, reasons) };
    default:
      return form.kind satisfies never;
  }
}

/** Who approves has looked at them: nothing soaks, and one that fails is one too many. */
function readFirst({ firstAgents: text }: StrategyForm, reasons: Reasons) {
  const wave = COUNT.test(text.trim()) ? { count: Number(text), approval: true } : undefined;
  if (wave === undefined) reasons.firstAgents = 'A number of agents, 1 or more';
  return {
    waves: wave === undefined ? [] : [wave],
    gates: { maxFailed: { count: 0 }, soakSeconds: 0 },
    onFailure: 'pause' as const,
  };
}

function readRate({ rate: text }: StrategyForm, reasons: Reasons) {
  if (text.trim() === '') return {};
  const rate = Number(text);
  if (!(rate > 0 && rate <= RATE_MAX))
    reasons.rate = 'A number above 0, at most 100,000; leave empty for no limit';
  return { maxAgentsPerSecond: rate };
}

function readDeadline({ deadlineMinutes: text }: StrategyForm, reasons: Reasons) {
  if (text.trim() === '') return {};
  const minutes = Number(text);
  if (!(minutes >= 10 / 60 && minutes <= WEEK_MINUTES))
    reasons.deadlineMinutes = 'From 0.2 minutes to a week; leave empty for the server’s setting';
  return { applyDeadlineSeconds: Math.round(minutes * 60) };
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function readWindow(form: StrategyForm, reasons: Reasons): { window?: RolloutWindow } {
  if (!form.hasWindow) return {};
  const { from, to, timezone, days } = form;
  for (const field of ['from', 'to'] as const)
    if (!/^(?:[01]\d|2[0-3]):[0-5]\d$/.test(form[field])) reasons[field] = 'A time such as 22:30';
  if (!isTimeZone(timezone)) reasons.timezone = 'A time zone such as Europe/Berlin or UTC';
  return { window: { from, to, timezone, ...(days.length === 0 ? {} : { days: [...days] }) } };
}

function readFlow(form: StrategyForm, reasons: Reasons): { flow?: FlowGate } {
  if (!form.isFlowJudged) return {};
  const flow: FlowGate = {};
  for (const field of Object.keys(PERCENTS) as PercentField[]) {
    const [name, max] = PERCENTS[field];
    const text = form[field].trim();
    if (text === '') continue;
    const percent = Number(text);
    if (!(percent >= 0 && percent <= max)) reasons[field] = `A percentage from 0 to ${max}`;
    flow[name] = percent;
  }
  return { flow };
}

function readWaves(form: StrategyForm, reasons: Reasons) {
  const waves = form.waves.map((text) => readWave(text.trim()));
  const soak = Number(form.soakMinutes || '0');
  if (!(soak >= 0 && soak <= WEEK_MINUTES)) reasons.soakMinutes = 'From 0 minutes to a week';
  const maxFailed = readLimit(form.maxFailed.trim());
  if (maxFailed === undefined) reasons.maxFailed = 'A number of agents or a percentage, such as 2 or 5%';
  return {
    waves: waves.flatMap((wave) =>
      wave === undefined ? [] : [form.needsApproval ? { ...wave, approval: true } : wave],
    ),
    gates: {
      ...(maxFailed === undefined ? {} : { maxFailed }),
      soakSeconds: Math.round(soak * 60),
      ...readFlow(form, reasons),
    },
    onFailure: form.onFailure,
  };
}

function readWave(text: string): Wave | undefined {
  if (COUNT.test(text)) return { count: Number(text) };
  const percent = readPercent(text);
  if (percent !== undefined) return percent === 0 ? undefined : { percent };
  // What is no number is taken for a selector where it has a sign of one; the server reads it.
  return isSelectorText(text) ? { selector: text } : undefined;
}

function readLimit(text: string): { count: number } | { percent: number } | undefined {
  if (text === '') return { count: 0 };
  if (/^\d{1,6}$/.test(text)) return { count: Number(text) };
  const percent = readPercent(text);
  return percent === undefined ? undefined : { percent };
}

function readPercent(text: string): number | undefined {
  const value = /^(\d{1,3}(?:\.\d+)?)\s*%$/.exec(text)?.[1];
  return value === undefined || Number(value) > 100 ? undefined : Number(value);
}
