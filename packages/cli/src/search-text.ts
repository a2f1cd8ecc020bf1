import {
  type ConfigFound,
  type EffectiveFound,
  printableLine,
  type SearchHit,
  type SearchPage,
} from '@drover/api';
import type { Paint } from './output/paint.ts';

const HASH_SHOWN = 12;

/** What was found of `-o name`: a revision, or the hash of a content. */
export function foundName(found: ConfigFound | EffectiveFound): string {
  return found.kind === 'config' ? `${found.name}@${found.revision}` : found.content;
}

/** What a search found, for people: each configuration and each content with its lines. */
export function searchText(items: readonly (ConfigFound | EffectiveFound)[], paint: Paint): string {
  return items
    .map((item) => (item.kind === 'config' ? configText(item, paint) : effectiveText(item, paint)))
    .join('\n');
}

/** Whom the answer is about, and what it does not know. */
export function searchRemarks({ agents, configs, isTruncated }: SearchPage): string {
  const remarks: string[] = [];
  if (configs !== null) remarks.push(`${configs.searched} revision(s) searched.`);
  if (agents !== null) {
    const { matched, searched, notReported, notSearched } = agents;
    remarks.push(`${matched} of ${searched} agent(s) run it.`);
    if (notReported > 0) remarks.push(`${notReported} never reported what they run.`);
    if (notSearched > 0) remarks.push(`What ${notSearched} run is not searched.`);
  }
  if (isTruncated) remarks.push('This is not all: there was more than could be looked at.');
  return `${remarks.join(' ')}\n`;
}

function configText(found: ConfigFound, paint: Paint): string {
  const which = found.isNewest ? 'newest' : 'not the newest';
  const head = `${paint('bold', `config ${found.name}@${found.revision}`)}  ${which}, ${agentsText(found.agents)} to run it`;
  return `${head}\n${hitLines(found, paint)}`;
}

function effectiveText({ content, agents, sample, files }: EffectiveFound, paint: Paint): string {
  const names = sample.map(({ displayName, instanceUid, state }) =>
    printableLine(`${displayName === instanceUid ? '' : `${displayName} `}${instanceUid} ${state}`),
  );
  const more = agents > sample.length ? [`and ${agents - sample.length} more`] : [];
  const head = `${paint('bold', `effective ${content.slice(0, HASH_SHOWN)}`)}  ${agentsText(agents)}: ${[...names, ...more].join(', ')}`;
  const named = files.filter(({ lines }) => lines > 0 && files.length > 1);
  const shown = named.length > 0 ? named : files;
  const texts = shown.map((file) => {
    const title = named.length > 0 ? `  ${printableLine(file.name)}\n` : '';
    return title + hitLines(file, paint);
  });
  return `${head}\n${texts.join('')}`;
}

function hitLines(
  { lines, hits }: { readonly lines: number; readonly hits: readonly SearchHit[] },
  paint: Paint,
): string {
  const width = String(hits.at(-1)?.line ?? 0).length;
  const rows = hits.map(
    (hit) =>
      `  ${paint('dim', `${String(hit.line).padStart(width)}:`)} ${marked(hit, paint)}${pathText(hit, paint)}\n`,
  );
  if (lines > hits.length) rows.push(`  … ${lines - hits.length} more line(s)\n`);
  return rows.join('');
}

function marked({ text, marks }: SearchHit, paint: Paint): string {
  let out = '';
  let at = 0;
  for (const [start, end] of marks) {
    out += printableLine(text.slice(at, start)) + paint('yellow', printableLine(text.slice(start, end)));
    at = end;
  }
  return out + printableLine(text.slice(at));
}

function pathText({ path }: SearchHit, paint: Paint): string {
  return path === '' ? '' : `  ${paint('dim', `# ${printableLine(path)}`)}`;
}

function agentsText(count: number): string {
  return count === 1 ? '1 agent' : `${count} agents`;
}
