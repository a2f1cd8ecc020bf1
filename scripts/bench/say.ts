/** Progress of a bench; figures alone go to standard output. */
export function say(text: string): void {
  process.stderr.write(`[bench] ${text}\n`);
}
