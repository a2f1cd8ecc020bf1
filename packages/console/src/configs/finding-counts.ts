import type { Finding } from '@drover/api';
import { countOf, formatCount } from '../components/format.ts';
import type { StateWord } from '../components/tone.ts';

/** All that was found in a few words, the worst first: an error does not hide that there is more. */
export function summaryWords(findings: readonly Finding[]): readonly StateWord[] {
  const count = (severity: Finding['severity']) =>
    findings.filter((finding) => finding.severity === severity).length;
  const [errors, warnings, notes] = [count('error'), count('warning'), count('info')];
  const words: StateWord[] = [];
  if (errors > 0) words.push({ tone: 'broken', word: countOf(errors, 'error') });
  if (warnings > 0) words.push({ tone: 'look', word: countOf(warnings, 'warning') });
  if (notes > 0) words.push({ tone: 'gone', word: countOf(notes, 'note') });
  return words.length > 0 ? words : [{ tone: 'well', word: 'No findings' }];
}

/** How many findings each source has, by its word, most first: `structure 2, YAML 1`. */
export function sourceCounts(
  findings: readonly Finding[],
  words: Readonly<Record<Finding['source'], string>>,
): string {
  const counts = new Map<Finding['source'], number>();
  for (const { source } of findings) counts.set(source, (counts.get(source) ?? 0) + 1);
  return [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .map(([source, count]) => `${words[source]} ${formatCount(count)}`)
    .join(', ');
}
