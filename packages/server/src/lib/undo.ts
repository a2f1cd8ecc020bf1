/** Ways to take down what was put up, in the order of the putting up. */
export type Undo = () => Promise<void> | void;

/** Last made, first undone. One that fails does not keep the others from their turn; what failed is thrown at the end. */
export async function undoAll(undo: readonly Undo[]): Promise<void> {
  const errors: unknown[] = [];
  for (const each of undo.toReversed()) {
    try {
      await each();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw new AggregateError(errors, 'not everything stopped well');
}
