import { describe, expect, test } from 'vitest';
import { startTestControlPlane } from '../testing/control-plane.ts';
import { activitySuite } from './activity.suite.ts';

activitySuite(() => startTestControlPlane());

describe('the address of a client', () => {
  async function addressBehind(trustedProxies: string): Promise<string | null | undefined> {
    await using server = await startTestControlPlane({ DROVER_HTTP_TRUSTED_PROXIES: trustedProxies });
    await server.fetch('/api/v1/configs/edge', {
      method: 'PUT',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': '203.0.113.7' },
      body: JSON.stringify({ body: 'receivers: {}' }),
    });
    return (await server.api.listActivity({ kind: ['config.written'] })).items[0]?.address;
  }

  test('is what a trusted proxy says, and nobody else is believed', async () => {
    expect(await addressBehind('192.0.2.1, 127.0.0.0/8')).toBe('203.0.113.7');
    expect(await addressBehind('192.0.2.1')).toBe('127.0.0.1');
    expect(await addressBehind('')).toBe('127.0.0.1');
    await expect(addressBehind('127.0.0.1/40')).rejects.toThrow('http.trustedProxies');
    await expect(addressBehind('localhost')).rejects.toThrow('http.trustedProxies');
  });
});
