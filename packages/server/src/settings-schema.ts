import { z } from 'zod';
import {
  byteSize,
  choice,
  count,
  databaseUrl,
  duration,
  flag,
  listenAddress,
  networks,
  optionalSetting,
  pathPrefix,
  requiredSetting,
  secretText,
  setting,
  text,
  webUrl,
} from './settings-units.ts';

const DAY_MS = 86_400_000;
const MAX_BYTES = 1024 ** 3;

function section<T extends z.core.$ZodShape>(shape: T) {
  return z.strictObject(shape).prefault({} as never);
}

const tlsOf = (who: string) =>
  z
    .strictObject({
      certFile: requiredSetting(
        text(),
        'Certificate chain, PEM; read again when the file changes or on SIGHUP.',
      ),
      keyFile: requiredSetting(text(), 'Private key of the certificate, PEM.'),
      clientCaFile: optionalSetting(
        text(),
        'none: client certificates are not asked for',
        `Certificate authorities, PEM, that certificates of ${who} must come from.`,
      ),
      minVersion: setting(choice('1.2', '1.3'), '1.2', 'Lowest version of TLS that is accepted.'),
    })
    .optional();

/** Every setting of the control plane: its key, type, limits, default and meaning. The reference page is made of it. */
export const SettingsSchema = z.strictObject({
  dataDir: setting(
    text(),
    './drover-data',
    'Folder of the embedded database and the keys (made with mode 0700); flag `--data-dir`.',
  ),
  opamp: section({
    listen: setting(
      listenAddress(),
      '127.0.0.1:4320',
      'Address of the OpAMP endpoint, both transports, path `/v1/opamp`; flag `--opamp-listen`.',
    ),
    publicUrl: optionalSetting(
      webUrl(),
      'from `opamp.listen`',
      'Where agents reach the OpAMP endpoint from outside, as the console shows it: `https://…` becomes `wss://…`.',
    ),
    tls: tlsOf('agents'),
    maxMessageBytes: setting(
      byteSize(1024, MAX_BYTES),
      '4MiB',
      'Largest message from an agent, after decompression.',
    ),
    maxBytesInFlight: setting(
      byteSize(1024, 16 * MAX_BYTES),
      '64MiB',
      'HTTP bodies and inflated bytes of all agents in flight together.',
    ),
    maxConnections: setting(
      count(0, 10_000_000),
      0,
      'Open links; 0 means as many as the system allows, less a reserve.',
    ),
    maxSilentConnections: optionalSetting(
      count(1, 10_000_000),
      'half of `opamp.maxConnections`',
      'Links that have not said who they are.',
    ),
    maxAgents: setting(
      count(1, 10_000_000),
      250_000,
      'Agents that are known, connected or not; more are refused.',
    ),
    firstMessageTimeout: setting(
      duration(0, 7 * DAY_MS),
      '10m',
      'A link that says nothing at all for this long is closed; 0 means never.',
    ),
    maxBufferedBytes: optionalSetting(
      byteSize(64 * 1024, MAX_BYTES),
      '1MiB more than `opamp.maxMessageBytes`',
      'Bytes that wait to be written to one agent: reading from it stops at half, its link is cut at all of it.',
    ),
    maxBadMessages: setting(count(1, 1000), 5, 'Undecodable messages in a row before a link is closed.'),
    maxMessagesPerSecond: setting(
      count(1, 1_000_000),
      1000,
      'Messages a second from one link before reading from it is slowed.',
    ),
    bodyTimeout: setting(duration(100, DAY_MS), '30s', "Time for the body of an agent's HTTP request."),
    pingInterval: setting(
      duration(0, DAY_MS),
      '60s',
      'WebSocket ping period; a link without pong for two periods is cut; 0 means off.',
    ),
    fullStateRequestsPerSecond: setting(
      count(1, 1_000_000),
      500,
      'Requests for full state a second over all agents; spreads the load after a crash.',
    ),
  }),
  http: section({
    listen: setting(
      listenAddress(),
      '127.0.0.1:4321',
      'Address of the REST interface and the console; flag `--http-listen`.',
    ),
    publicUrl: optionalSetting(
      webUrl(),
      'from `http.listen`',
      'Where browsers reach the console from outside; the printed login link uses it.',
    ),
    trustedProxies: setting(
      networks(),
      '',
      'Addresses or networks of reverse proxies in front, separated by commas: what they say in `X-Forwarded-For` is the address of the client, for the audit trail and the limit of logins. Nobody else is believed.',
    ),
    pathPrefix: setting(
      pathPrefix(),
      '',
      'Path in front of everything on this listener, for a proxy that shares its host name.',
    ),
    tls: tlsOf('operators'),
    maxBodyBytes: setting(byteSize(1024, MAX_BYTES), '4MiB', 'Largest body of a REST request.'),
    bodyTimeout: setting(duration(100, DAY_MS), '30s', 'Time for a whole REST request to arrive.'),
    maxEventStreams: setting(count(1, 100_000), 200, 'Open streams of live events.'),
    loginAttemptsPerMinute: setting(count(1, 100_000), 10, 'Logins a minute from one address.'),
    metrics: section({
      public: setting(flag(), false, '`/metrics` answers others than loopback addresses too.'),
    }),
  }),
  database: section({
    url: optionalSetting(
      databaseUrl(),
      'none: the embedded database in `dataDir`',
      'PostgreSQL in place of the embedded database.',
      { isSecret: true },
    ),
  }),
  agents: section({
    enrolment: optionalSetting(
      choice('open', 'token', 'approval', 'mtls'),
      '`open` while `opamp.listen` is a loopback address, else `token`',
      'Who may connect: anyone; agents with an enrolment token; anyone, but nothing is given to an agent before an operator approves it; agents with a certificate from `opamp.tls.clientCaFile`.',
    ),
    maxPending: setting(
      count(1, 10_000_000),
      10_000,
      'Agents waiting for approval; further ones are told to retry later.',
    ),
    heartbeatInterval: optionalSetting(
      duration(1000, DAY_MS),
      '30s, or a third of `agents.staleAfter` where that is less',
      'Interval of heartbeats and polls that agents are given along with a credential of their own.',
    ),
    credentials: section({
      issue: setting(
        choice('all', 'reporting', 'none'),
        'all',
        'Which of the agents that take connection settings get a credential of their own as soon as they are approved, where `agents.enrolment` is `token` or `approval`: all, those that report what becomes of an offer, or none but those that an operator rotates.',
      ),
      expireAfter: optionalSetting(
        duration(60_000, 3650 * DAY_MS),
        'never',
        'Credentials of agents expire after this; the next one is offered while a third of it is left.',
      ),
    }),
    certificates: section({
      issue: setting(
        flag(),
        false,
        'Agents that ask for a client certificate (the supervisor with `server.connection_settings.request_certificate`) get one from an authority of this server, for their instance uid alone. Needs `opamp.tls`.',
      ),
      expireAfter: setting(
        duration(3_600_000, 3650 * DAY_MS),
        '90d',
        'Life of these certificates; agents ask for the next one in time.',
      ),
      caCertFile: optionalSetting(
        text(),
        'made at first start and kept in `<dataDir>/agent-ca.pem`',
        'Authority of your own for these certificates, PEM: an intermediate one, so that the key of your root stays elsewhere. Several servers on one database need the same.',
      ),
      caKeyFile: optionalSetting(
        text(),
        'made at first start and kept in `<dataDir>/agent-ca-key.pem` (mode 0600)',
        'Its key, PEM, EC on the curve P-256.',
      ),
    }),
    forgetAfter: setting(
      duration(60_000, 3650 * DAY_MS),
      '30d',
      'Agents that are gone for this long are forgotten, with their credentials; not those that were rejected or revoked.',
    ),
    staleAfter: setting(
      duration(1000, DAY_MS),
      '90s',
      'A link without a message for this long is stale; an HTTP agent that silent is gone.',
    ),
    eventsKept: setting(count(1, 100_000), 200, 'Events kept in the timeline of each agent.'),
  }),
  configs: section({
    maxBytes: setting(byteSize(1, 64 * 1024 * 1024), '1MiB', 'Largest body of a configuration.'),
    collector: optionalSetting(
      text(),
      'none',
      'A Collector executable of this host that operators may check configurations with (`validate`); it never runs as an agent.',
    ),
  }),
  rollouts: section({
    applyDeadline: setting(
      duration(10_000, 7 * DAY_MS),
      '10m',
      'An agent that is connected and gives no verdict for this long after its offer counts as failed.',
    ),
  }),
  drift: section({
    reassert: setting(
      choice('off', 'auto'),
      'off',
      'Whether drifted agents are automatically offered their intended configuration again, and asked to restart where they can; a rollout may override this for its agents.',
    ),
    reassertAfter: setting(
      duration(10_000, 7 * DAY_MS),
      '5m',
      'How long an agent may drift before the first attempt; doubled before each further one.',
    ),
    reassertTries: setting(
      count(1, 100),
      3,
      'Tries for what an agent was given last; one that drifts after them, or again within a day, is left alone.',
    ),
    reassertPerSecond: setting(count(1, 10_000), 10, 'Agents that are re-asserted each second at most.'),
  }),
  secrets: section({
    keyFile: optionalSetting(
      text(),
      'made at first start and kept in `<dataDir>/secret-key` (mode 0600)',
      'Key under which secrets of configurations are sealed: 32 bytes as hexadecimal digits. Several nodes share one; without it the secrets are lost.',
    ),
  }),
  telemetry: section({
    ownMetrics: section({
      offer: setting(
        flag(),
        true,
        'Agents that can (ReportsOwnMetrics) are told to send their own metrics here, to `/v1/metrics` on the OpAMP endpoint, each with its own token; flow gates of rollouts use them.',
      ),
      selector: optionalSetting(
        text(),
        'every agent',
        'Only matching agents are told; the others are left alone.',
      ),
      url: optionalSetting(
        webUrl(),
        'the host by which each agent reached the OpAMP endpoint, or that of `opamp.publicUrl`',
        'Where agents send their own metrics, with the whole path.',
      ),
      caFile: optionalSetting(
        text(),
        'the authority at the end of `opamp.tls.certFile`, where it is there and agents come without a proxy',
        'Authority of the certificate of that address, PEM, which agents are told with it: the hosts need not know it.',
      ),
    }),
  }),
  audit: section({
    keptFor: setting(
      duration(3_600_000, 3650 * DAY_MS),
      '365d',
      'How long the record of what operators and the server itself did is kept.',
    ),
    maxEntries: setting(
      count(100, 10_000_000),
      100_000,
      'Entries of the audit trail; older ones are removed beyond this.',
    ),
  }),
  auth: section({
    adminToken: optionalSetting(
      secretText(16),
      'made at first start and kept in `<dataDir>/admin-token` (mode 0600)',
      'Bearer token of the administrator, at least 16 characters.',
      { isSecret: true },
    ),
    sessionTtl: setting(duration(60_000, 365 * DAY_MS), '12h', "How long a console's login lasts."),
    loginTokenTtl: setting(
      duration(1000, 30 * DAY_MS),
      '1h',
      'How long the printed login link can be used, once.',
    ),
  }),
  log: section({
    level: setting(
      choice('fatal', 'error', 'warn', 'info', 'debug', 'trace'),
      'info',
      'Least severity of what is logged to standard error.',
    ),
  }),
});
