import type { Diagnostic } from '@codemirror/lint';
import type { Text } from '@codemirror/state';
import type { Finding } from '@drover/api';

/** The server's findings as marks in the text; those without a place stand only in the list. */
export function diagnosticsOf(doc: Text, findings: readonly Finding[]): Diagnostic[] {
  return findings
    .filter((finding) => finding.line >= 1)
    .map((finding) => {
      const line = doc.line(Math.min(finding.line, doc.lines));
      const from = Math.min(line.to, line.from + Math.max(0, finding.column - 1));
      const rest = doc.sliceString(from, line.to);
      const word = /^\s*[^\s:,]+/.exec(rest)?.[0].length ?? rest.length;
      return { from, to: Math.max(from, from + word), severity: finding.severity, message: finding.message };
    })
    .sort((a, b) => a.from - b.from);
}
