import ts from 'typescript';

/**
 * The titles of the tests in a source file, those of `test.each` as they are written. Tests that never run (skip, todo, and all inside a describe that is skipped)
 * are none; `skipIf` and `runIf` depend on the machine, and count.
 */
export function testTitles(source: string): ReadonlySet<string> {
  const file = ts.createSourceFile('tests.ts', source, ts.ScriptTarget.Latest, false, ts.ScriptKind.TSX);
  const titles = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const called = calledNames(node.expression);
      const [name = ''] = called;
      if (/^(?:test|it|describe)/.test(name) && called.some((each) => each === 'skip' || each === 'todo'))
        return;
      const title = node.arguments[0] && textOf(node.arguments[0], file);
      if ((name === 'test' || name === 'it') && title !== undefined) titles.add(title);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return titles;
}

/** `test.each(table)` is called as test, each. */
function calledNames(callee: ts.Expression): string[] {
  if (ts.isIdentifier(callee)) return [callee.text];
  if (ts.isPropertyAccessExpression(callee)) return [...calledNames(callee.expression), callee.name.text];
  return ts.isCallExpression(callee) ? calledNames(callee.expression) : [];
}

function textOf(node: ts.Expression, file: ts.SourceFile): string | undefined {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  return ts.isTemplateExpression(node) ? node.getText(file).slice(1, -1) : undefined;
}
