import { expect, test } from 'vitest';
import { proxyFromEnvironment } from './proxy-environment.ts';

const P = 'http://proxy:3128';

test.each([
  ['wss://fleet.example/v1/opamp', { HTTPS_PROXY: P }, P],
  ['https://fleet.example/', { https_proxy: 'proxy:3128' }, P],
  ['ws://fleet.example/', { HTTP_PROXY: P, HTTPS_PROXY: 'http://other' }, P],
  ['ws://fleet.example/', { HTTPS_PROXY: P }, undefined],
  ['http://fleet.example/', { HTTP_PROXY: P, http_proxy: 'http://other' }, P],
  ['wss://fleet.example/', { HTTPS_PROXY: '', https_proxy: '' }, undefined],
  ['wss://fleet.example/', {}, undefined],
])('to %s with %j leads by %s', (url, env: Record<string, string>, expected) => {
  expect(proxyFromEnvironment(url, env)?.url).toBe(expected);
});

test.each(['wss://localhost:4320/', 'wss://127.0.0.1/', 'wss://127.9.9.9/', 'wss://[::1]:4320/'])(
  'nothing on this host is reached by a proxy: %s',
  (url) => {
    expect(proxyFromEnvironment(url, { HTTPS_PROXY: P })).toBeUndefined();
  },
);

test.each([
  ['*', true],
  ['example', true],
  ['fleet.example', true],
  ['FLEET.EXAMPLE', true],
  ['example.org, fleet.example', true],
  ['other.example,', false],
  ['.example', true],
  ['*.example', true],
  ['.fleet.example', false],
  ['fleet.example:443', true],
  ['fleet.example:4320', false],
  ['t.example', false],
])('NO_PROXY=%s exempts wss://fleet.example: %s', (list, isExempt) => {
  const proxy = proxyFromEnvironment('wss://fleet.example/', { HTTPS_PROXY: P, NO_PROXY: list });
  expect(proxy === undefined).toBe(isExempt);
});

test.each([
  ['10.1.2.3', '10.1.2.3', true],
  ['10.1.2.3', '10.0.0.0/8', true],
  ['10.1.2.3', '10.1.2.3:443', true],
  ['10.1.2.3', '10.1.2.3:80', false],
  ['10.1.2.3', '192.168.0.0/16', false],
  ['10.1.2.3', '2.3', false],
  ['10.1.2.3', '10.0.0.0/99', false],
  ['10.1.2.3', '10.0.0.0/x', false],
  ['[fd00::1]', 'fd00::/8', true],
  ['[fd00::1]', '[fd00::1]:443', true],
])('the address %s with NO_PROXY=%s is exempt: %s', (host, list, isExempt) => {
  const proxy = proxyFromEnvironment(`wss://${host}/`, { HTTPS_PROXY: P, no_proxy: list });
  expect(proxy === undefined).toBe(isExempt);
});

test.each(['socks5://user:secret@proxy', 'http://:bad:'])(
  'a value that is no such proxy is refused by the name of its variable, without the value: %s',
  (value) => {
    const ask = () => proxyFromEnvironment('wss://fleet.example/', { HTTPS_PROXY: value });
    expect(ask).toThrow('HTTPS_PROXY');
    expect(ask).not.toThrow('secret');
  },
);
