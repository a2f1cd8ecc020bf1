import type { ConfigTrial, Finding } from '@drover/api';
import { collectorRemarks, lineRemarks, type ProgramRemark } from '@drover/collector-config';
import { type AgentRecord, typeOf, versionOf } from '../agents/agent.ts';
import type { ConfigContent, Revision } from '../configs/config.ts';
import type { ProgramVerdict } from '../configs/program-verdict.ts';

/** What was asked, and what came of it. */
export interface Trial {
  readonly trial: ConfigTrial;
  readonly findings: readonly Finding[];
}

/** No revision has this number: it stands for the text that is being checked. */
export const DRAFT = 0;

/** The text as if it were a revision already. */
export function draftOf(name: string, content: ConfigContent): Revision {
  return {
    ...content,
    name,
    number: DRAFT,
    hash: '',
    bytes: Buffer.byteLength(content.body),
    author: '',
    message: '',
    createdAtMs: 0,
  };
}

/** What an agent says that it is, for people. */
export function programOf(record: AgentRecord): string {
  return [typeOf(record), versionOf(record)].filter(Boolean).join(' ');
}

/** The verdict without the values of secrets. */
export function masked(
  verdict: ProgramVerdict,
  mask: ((text: string) => string) | undefined,
): ProgramVerdict {
  if (mask === undefined) return verdict;
  switch (verdict.kind) {
    case 'valid':
      return verdict;
    case 'invalid':
      return { kind: 'invalid', words: mask(verdict.words) };
    case 'refused':
      return { kind: 'refused', reason: mask(verdict.reason) };
  }
}

/** Who is asked, and what is put before the program. */
export type Asked = Omit<ConfigTrial, 'verdict' | 'reason'>;

/** Nobody was asked, and why. */
export function notAsked(asked: Asked, reason: string, findings: readonly Finding[]): Trial {
  return { trial: { ...asked, verdict: 'not_asked', reason }, findings };
}

/** A verdict as findings in the text that was checked. */
export function concluded(asked: Asked, verdict: ProgramVerdict, { body, format }: ConfigContent): Trial {
  switch (verdict.kind) {
    case 'valid':
      return { trial: { ...asked, verdict: 'valid', reason: '' }, findings: [] };
    case 'invalid': {
      const remarksOf = format === 'collector' ? collectorRemarks : lineRemarks;
      const remarks = remarksOf(verdict.words || 'the program gave no reason', body);
      return {
        trial: { ...asked, verdict: 'invalid', reason: '' },
        findings: remarks.map((remark) => finding('collector', 'error', remark)),
      };
    }
    case 'refused':
      return {
        trial: { ...asked, verdict: 'refused', reason: verdict.reason },
        findings: [finding('supervisor', 'error', { message: verdict.reason })],
      };
  }
}

export function finding(
  source: Finding['source'],
  severity: Finding['severity'],
  remark: Pick<ProgramRemark, 'message'> & Partial<ProgramRemark>,
): Finding {
  return { severity, path: '', line: 0, column: 0, ...remark, source };
}

/** What came of it, in one line. */
export function verdictText(
  { verdict, reason }: ConfigTrial,
  findings: readonly Pick<Finding, 'message'>[],
): string {
  switch (verdict) {
    case 'valid':
      return 'its program would run it';
    case 'invalid':
      return `its program would not run it: ${findings[0]?.message ?? 'it gave no reason'}`;
    case 'refused':
      return `its host would not run it: ${reason}`;
    case 'not_asked':
      return `it was not asked: ${reason}`;
  }
}
