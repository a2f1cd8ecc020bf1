import { broken, type Finding, ok, warning } from './finding.ts';
import type { CertificateFacts, ServerProbe } from './server-probe.ts';

const DAY_MS = 86_400_000;
const EXPIRES_SOON_MS = 14 * DAY_MS;
/** Tokens and certificates of a short life begin to fail. */
const CLOCK_WARNING_MS = 30_000;
const CLOCK_BROKEN_MS = 5 * 60_000;

/** What a probe means for the operator, and what to do. */
export function serverFindings(probe: ServerProbe, url: string, nowMs: number): readonly Finding[] {
  switch (probe.kind) {
    case 'no_name':
      return [
        broken(
          'server.name',
          `${probe.isProxy ? 'the proxy ' : ''}${probe.host} cannot be resolved (${probe.fault.code || probe.fault.message})`,
          probe.isProxy
            ? 'correct server.proxy_url or HTTPS_PROXY, or the name server of this host'
            : 'correct server.endpoint, or the name server of this host (/etc/resolv.conf)',
        ),
      ];
    case 'no_connection':
      return [connectionFinding(probe)];
    case 'proxy_refused':
      return [proxyFinding(probe.proxy, probe.status)];
    case 'no_tls':
      return [tcpOk(probe.place), tlsFinding(probe.place, probe.fault)];
    case 'not_trusted':
      return [tcpOk(probe.place), trustFinding(probe, nowMs)];
    case 'no_answer':
      return [tcpOk(probe.place), answerFault(probe.place, probe.fault)];
    case 'answered':
      return [
        tcpOk(probe.place),
        ...(probe.certificate === undefined
          ? []
          : certificateFindings(probe.place, probe.certificate, nowMs)),
        statusFinding(probe.status, probe.location, url),
        ...clockFindings(probe.clockAheadMs),
      ];
  }
}

function tcpOk(place: string): Finding {
  return ok('server.tcp', `${place} can be reached`);
}

function connectionFinding({
  place,
  isProxy,
  fault,
}: Extract<ServerProbe, { kind: 'no_connection' }>): Finding {
  const what = isProxy ? `the proxy ${place}` : place;
  switch (fault.code) {
    case 'ECONNREFUSED':
      return broken(
        'server.tcp',
        `nobody listens on ${what} (connection refused)`,
        isProxy
          ? 'start the proxy, or correct server.proxy_url or HTTPS_PROXY'
          : 'start the server, or correct host and port in server.endpoint',
      );
    case 'ETIMEDOUT':
      return broken(
        'server.tcp',
        `${what} does not answer in time`,
        'a firewall drops what is sent there, or the address is wrong: open the way, or name a proxy in server.proxy_url',
      );
    case 'ENETUNREACH':
    case 'EHOSTUNREACH':
      return broken(
        'server.tcp',
        `this host has no route to ${what} (${fault.code})`,
        'correct the network of this host, or name a proxy in server.proxy_url',
      );
    default:
      return broken(
        'server.tcp',
        `${what} cannot be reached: ${fault.message}`,
        'correct server.endpoint, or the network of this host',
      );
  }
}

function proxyFinding(proxy: string, status: number): Finding {
  return status === 407
    ? broken(
        'server.tcp',
        `the proxy ${proxy} asks who this is (407)`,
        'write user and password into server.proxy_url (http://user:password@host:port) or into server.proxy_headers',
      )
    : broken(
        'server.tcp',
        `the proxy ${proxy} does not let this host through to the server (HTTP ${status})`,
        "allow CONNECT to the server's host and port in the proxy, or exempt the server by NO_PROXY",
      );
}

function tlsFinding(
  place: string,
  { code, message }: { readonly code: string; readonly message: string },
): Finding {
  if (/wrong version number|packet length too long/i.test(message) || code === 'ERR_SSL_WRONG_VERSION_NUMBER')
    return broken(
      'server.tls',
      `${place} does not speak TLS`,
      'write ws:// or http:// in server.endpoint, or name the port on which the server speaks TLS',
    );
  if (/unsupported protocol|protocol version/i.test(message))
    return broken(
      'server.tls',
      `${place} and this host have no version of TLS in common: ${message}`,
      'correct server.tls.min_version and max_version, or those of the server',
    );
  if (/certificate required|bad certificate|unknown ca|handshake failure|certificate unknown/i.test(message))
    return clientCertificateFinding(place, message);
  return broken(
    'server.tls',
    `TLS with ${place} fails: ${message}`,
    'look into the log of the server; something between may cut the connection',
  );
}

function clientCertificateFinding(place: string, message: string): Finding {
  return broken(
    'server.tls',
    `${place} does not accept the client certificate, or wants one (${message.trim()})`,
    'name a certificate that the server accepts in server.tls.cert_file and key_file',
  );
}

function trustFinding(
  { place, code, certificate }: Extract<ServerProbe, { kind: 'not_trusted' }>,
  nowMs: number,
): Finding {
  const { subject, issuer, names, validFromMs, validToMs } = certificate;
  switch (code) {
    case 'CERT_HAS_EXPIRED':
      return broken(
        'server.certificate',
        `the certificate of ${place} (${subject}) expired ${ago(nowMs - validToMs)}`,
        'renew it on the server; where that was done, the clock of this host is wrong',
      );
    case 'CERT_NOT_YET_VALID':
      return broken(
        'server.certificate',
        `the certificate of ${place} (${subject}) is valid only from ${new Date(validFromMs).toISOString()} on`,
        'correct the clock of this host, or the certificate on the server',
      );
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return broken(
        'server.tls',
        `the certificate of ${place} is for other names: ${names || subject}`,
        'write one of these names in server.endpoint, or in server.tls.server_name_override',
      );
    default:
      return broken(
        'server.tls',
        `the certificate of ${place} (${subject}, issued by ${issuer}) is signed by nobody that this host trusts (${code})`,
        'name the authority that signed it in server.tls.ca_file',
      );
  }
}

function certificateFindings(
  place: string,
  certificate: CertificateFacts,
  nowMs: number,
): readonly Finding[] {
  const { subject, validToMs } = certificate;
  const left = validToMs - nowMs;
  const tls = ok('server.tls', `${place} shows a certificate for ${subject}`);
  if (left < 0)
    return [
      tls,
      warning(
        'server.certificate',
        `the certificate of ${place} (${subject}) expired ${ago(-left)}; it is not checked (insecure_skip_verify)`,
        'renew it on the server, and check it',
      ),
    ];
  if (left < EXPIRES_SOON_MS)
    return [
      tls,
      warning(
        'server.certificate',
        `the certificate of ${place} (${subject}) expires in ${Math.floor(left / DAY_MS)} days`,
        'renew it on the server',
      ),
    ];
  return [
    tls,
    ok(
      'server.certificate',
      `the certificate of ${place} is valid until ${new Date(validToMs).toISOString()}`,
    ),
  ];
}

function answerFault(
  place: string,
  { code, message }: { readonly code: string; readonly message: string },
): Finding {
  if (/certificate required|bad certificate|unknown ca|certificate unknown/i.test(message))
    return clientCertificateFinding(place, message);
  if (code.startsWith('HPE_'))
    return broken(
      'server.answer',
      `${place} does not speak HTTP`,
      'where it speaks TLS, write wss:// or https:// in server.endpoint; else correct the port',
    );
  return broken(
    'server.answer',
    `${place} ends the connection without an answer: ${message}`,
    'where it speaks TLS, write wss:// or https:// in server.endpoint; else look into the log of the server',
  );
}

function statusFinding(status: number, location: string, url: string): Finding {
  const isPolling = url.startsWith('http');
  if (status === 101 || (isPolling && (status === 200 || status === 400)))
    return ok('server.answer', `${url} accepts this host (HTTP ${status})`);
  const said = `${url} answers with HTTP ${status}`;
  switch (status) {
    case 401:
      return broken(
        'server.answer',
        `${said}: the server does not know who this is`,
        'put a valid token into server.headers (Authorization: Bearer …) or server.auth; a token may be revoked or expired',
      );
    case 403:
      return broken(
        'server.answer',
        `${said}: the server knows who this is and does not let it in`,
        'ask the operators of the server to approve this host or its token',
      );
    case 404:
      return broken(
        'server.answer',
        `${said}: there is no OpAMP endpoint on this path`,
        'correct the path in server.endpoint; it is usually /v1/opamp',
      );
    case 429:
    case 503:
      return warning(
        'server.answer',
        `${said}: the server is busy or starts`,
        'nothing has to be done; the supervisor tries again',
      );
    default:
      break;
  }
  if (status >= 300 && status < 400)
    return warning(
      'server.answer',
      `${said} and sends to ${location}`,
      'write that address in server.endpoint',
    );
  if (status >= 500)
    return broken('server.answer', `${said}: the server has a fault`, 'look into the log of the server');
  return broken(
    'server.answer',
    `${said}: what answers there is no OpAMP server for ${isPolling ? 'plain HTTP' : 'WebSocket'}`,
    `correct server.endpoint; ${isPolling ? 'ws:// or wss:// where the server wants WebSocket' : 'a proxy between may not let WebSocket through: try http:// or https:// for polling'}`,
  );
}

function clockFindings(aheadMs: number | undefined): readonly Finding[] {
  if (aheadMs === undefined) return [];
  const off = Math.abs(aheadMs);
  const message = `the clock of this host is ${Math.round(off / 1_000)} s ${aheadMs > 0 ? 'ahead of' : 'behind'} the clock of the server`;
  const fix = 'let the clock be set by the network (chrony, systemd-timesyncd), here and on the server';
  if (off >= CLOCK_BROKEN_MS) return [broken('clock', message, fix)];
  if (off >= CLOCK_WARNING_MS) return [warning('clock', message, fix)];
  return [ok('clock', 'the clock of this host agrees with the clock of the server')];
}

function ago(ms: number): string {
  const days = Math.floor(ms / DAY_MS);
  return days < 1 ? 'less than a day ago' : `${days} days ago`;
}
