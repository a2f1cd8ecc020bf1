import { describe, expect, it } from 'vitest';
import { networkFailure } from './network-failure.ts';

const failed = (code: string) =>
  new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) });

describe('networkFailure', () => {
  it.each([
    [failed('ECONNREFUSED'), 'nothing listens there'],
    [failed('ENOTFOUND'), 'the name "drover.test" is not known'],
    [failed('DEPTH_ZERO_SELF_SIGNED_CERT'), 'NODE_EXTRA_CA_CERTS'],
    [failed('ERR_SSL_WRONG_VERSION_NUMBER'), 'try http://'],
    [failed('EWHATEVER'), 'EWHATEVER'],
    [
      new TypeError('fetch failed', {
        cause: new AggregateError([Object.assign(new Error('x'), { code: 'ECONNREFUSED' })]),
      }),
      'nothing listens there',
    ],
    [Object.assign(new Error('late'), { name: 'TimeoutError' }), 'no answer within 30 s'],
  ])('names the URL and the reason of %s', (error, expected) => {
    const { message } = networkFailure('https://drover.test:4321', error, 30_000);
    expect(message).toContain('https://drover.test:4321');
    expect(message).toContain(expected);
  });
});
