import type { TextAnswer, TextQuestion } from './text-desk.ts';
import { TextTaskRunner } from './text-tasks.ts';

const runner = new TextTaskRunner();

addEventListener('message', ({ data }: MessageEvent<TextQuestion>) => {
  if (data.text !== undefined) runner.text = data.text;
  if (data.knowledge !== undefined) runner.knowledge = data.knowledge;
  postMessage(answerTo(data));
});

function answerTo({ id, task, ask }: TextQuestion): TextAnswer {
  try {
    return { id, answer: runner.run(task, ask) };
  } catch (error) {
    return { id, failure: error instanceof Error ? error.message : String(error) };
  }
}
