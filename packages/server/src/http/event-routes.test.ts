import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTestControlPlane, TEST_TOKEN, type TestControlPlane } from '../testing/control-plane.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

let server: TestControlPlane;
beforeAll(async () => {
  server = await startTestControlPlane({ DROVER_HTTP_MAX_EVENT_STREAMS: '2' });
});
afterAll(() => server[Symbol.asyncDispose]());

interface Frame {
  readonly id: string;
  readonly event: string;
  readonly data: unknown;
}

/** Reads events until the stream is closed. */
async function open(headers: Record<string, string> = {}) {
  const abort = new AbortController();
  const response = await server.fetch('/api/v1/events', { headers, signal: abort.signal });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  async function next(): Promise<Frame> {
    for (;;) {
      const end = text.indexOf('\n\n');
      if (end >= 0) {
        const frame = text.slice(0, end);
        text = text.slice(end + 2);
        const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(frame)?.[1] ?? '';
        // It may come between any two of the others.
        if (field('event') !== '' && field('event') !== 'activity.added')
          return { id: field('id'), event: field('event'), data: JSON.parse(field('data')) };
        continue;
      }
      const chunk = await reader?.read();
      if (chunk === undefined || chunk.done) throw new Error('the stream has ended');
      text += chunk.value;
    }
  }
  return { response, next, close: () => abort.abort() };
}

const write = (name: string) => server.api.putConfig(name, { body: `# ${name} ${Math.random()}` });

describe('GET /events', () => {
  it('tells what changes', async () => {
    const stream = await open();
    expect(stream.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(stream.response.headers.get('cache-control')).toBe('no-store');
    expect(stream.response.headers.get('x-content-type-options')).toBe('nosniff');
    await write('told');
    expect(await stream.next()).toMatchObject({
      event: 'config.changed',
      data: { type: 'config.changed', name: 'told' },
    });
    const { id } = await server.api.createEnrolmentToken({ name: 'told' });
    expect(await stream.next()).toMatchObject({ data: { type: 'enrolment_token.changed', id } });
    stream.close();
  });

  it('tells that a draft ended because a revision that says the same was saved', async () => {
    const content = { body: 'receivers: {}\n' };
    await server.api.putConfigDraft('drafted', { ...content, baseRevision: null }, null);
    const stream = await open();
    await server.api.putConfig('drafted', content);
    const events = [await stream.next(), await stream.next()].map(({ data }) => data);
    expect(events).toContainEqual({ type: 'config.changed', name: 'drafted' });
    expect(events).toContainEqual({ type: 'config_draft.changed', name: 'drafted' });
    stream.close();
  });

  it('goes on where a stream was left', async () => {
    const first = await open();
    await write('one');
    const { id } = await first.next();
    first.close();
    await write('two');
    const second = await open({ 'last-event-id': id });
    expect(await second.next()).toMatchObject({ data: { name: 'two' } });
    second.close();
  });

  it('says reset to somebody who comes from another run of the server', async () => {
    const stream = await open({ 'last-event-id': '0123456789ab.7' });
    expect(await stream.next()).toMatchObject({ event: 'reset', data: { type: 'reset' } });
    stream.close();
  });

  it('is limited in number', async () => {
    const streams = [await open(), await open()];
    const refused = await open();
    expect(refused.response.status).toBe(503);
    expect(refused.response.headers.get('retry-after')).toBe('30');
    expect(await server.fetch('/metrics').then((answer) => answer.text())).toMatch(
      /^drover_http_event_streams 2$/m,
    );
    for (const stream of [...streams, refused]) stream.close();
  });

  it('ends when the server stops', async () => {
    await using other = await startTestControlPlane();
    const response = await fetch(`${other.apiUrl}/events`, {
      headers: { authorization: `Bearer ${TEST_TOKEN}` },
    });
    const ended = response.text();
    await other.plane.stop();
    expect(await ended).toContain('retry: ');
  });
});
