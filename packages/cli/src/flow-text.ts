import { type AgentFlow, printableLine } from '@drover/api';
import { ageText } from './output/age.ts';
import { renderFields } from './output/fields.ts';

const MIB = 1024 * 1024;

function rateText(perSecond: number | null): string {
  return perSecond === null ? 'after its next export' : `${perSecond.toFixed(2)}/s`;
}

/** What flows through an agent, for people. */
export function flowText(flow: AgentFlow, nowMs: number): string {
  const told = offerText(flow.offer);
  if (flow.at === null)
    return `It has sent no own metrics: gates of rollouts judge it by health alone. It ${told}.\n`;
  const { queuePercent, memoryBytes, seconds } = flow;
  return renderFields([
    ['Accepted', rateText(flow.accepted)],
    ['Sent', rateText(flow.sent)],
    ['Refused', rateText(flow.refused)],
    ['Failed to send', rateText(flow.failed)],
    ['Fullest queue', queuePercent === null ? '' : `${queuePercent.toFixed(0)} % full`],
    ['Memory', memoryBytes === null ? '' : `${(memoryBytes / MIB).toFixed(0)} MiB`],
    ['Over', seconds === null ? '' : `${seconds.toFixed(0)} s`],
    ['Last export', `${ageText(flow.at, nowMs)} ago`],
    ['Agent', told],
  ]);
}

function offerText(offer: AgentFlow['offer']): string {
  switch (offer?.state) {
    case undefined:
      return 'is not connected';
    case 'not_told':
      return 'is not told where to send them';
    case 'told':
      return 'was told where to send them, and has not said how that went';
    case 'applied':
      return 'has taken up where to send them';
    case 'taken_back':
      return 'is told to send them here no more';
    case 'failed':
      return `cannot use what it was told of them: ${printableLine(offer?.error || 'it gave no reason')}; "drover agents retry-own-metrics" tells it again`;
  }
}
