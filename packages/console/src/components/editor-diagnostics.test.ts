import { Text } from '@codemirror/state';
import type { Finding } from '@drover/api';
import { describe, expect, it } from 'vitest';
import { diagnosticsOf } from './editor-diagnostics.ts';

function finding(line: number, column: number): Finding {
  return { severity: 'error', path: '', line, column, message: 'wrong', source: 'structure' };
}

describe('diagnosticsOf', () => {
  const doc = Text.of(['receivers:', '  otlpp:', '']);

  it('marks the word at the place', () => {
    expect(diagnosticsOf(doc, [finding(2, 3)])).toMatchObject([{ from: 13, to: 18 }]);
  });

  it('stays inside the text when the text is shorter by now', () => {
    expect(diagnosticsOf(doc, [finding(99, 99)])).toMatchObject([{ from: doc.length, to: doc.length }]);
  });

  it('leaves out what has no place', () => {
    expect(diagnosticsOf(doc, [finding(0, 0)])).toEqual([]);
  });
});
