import { createHash, X509Certificate } from 'node:crypto';
import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import {
  type ConnectionSettingsOffers,
  ConnectionSettingsOffersSchema,
  OtherConnectionSettingsSchema,
  PackageAvailableSchema,
  PackagesAvailableSchema,
  type TLSCertificate,
} from '../gen/opamp/v1/opamp_pb.ts';

/** Connection settings to offer, all members optional: a ConnectionSettingsOffers without its hash, which is made from the rest. */
export type ConnectionSettingsInit = Omit<
  MessageInitShape<typeof ConnectionSettingsOffersSchema>,
  'hash' | '$typeName'
>;
/** Packages to offer, by name: see PackageAvailable. */
export type PackagesInit = MessageInitShape<typeof PackagesAvailableSchema>['packages'];

/** An encoded offer and the hash in it. */
export interface EncodedOffer {
  /** 32 bytes; compare it with what `reportedHashes` gives, and offer only where they differ. */
  readonly hash: Uint8Array;
  /** For `Offers`; one encoding serves any number of agents. */
  readonly encoded: Uint8Array;
}

const OPAMP_SCHEMES: readonly string[] = ['ws:', 'wss:', 'http:', 'https:'];
const OTLP_SCHEMES: readonly string[] = ['http:', 'https:'];
const OWN_TELEMETRY = ['ownMetrics', 'ownTraces', 'ownLogs'] as const;
/** The specification recommends it (section Heartbeat). */
const HEARTBEAT_SECONDS = 30n;

/**
 * An encoded ConnectionSettingsOffers, ready for `Offers.connectionSettings`, with a hash over its content that does not depend on
 * the order of names. A heartbeat interval that is left out becomes 30 s, because on the wire its absence is 0, which ends heartbeats: say 0n to end
 * them. Telemetry of the agent's own with an empty endpoint ends what was offered before: the specification has no word for that, the supervisors of
 * opamp-go and the Collector read it so, and so does ours. Throws a RangeError for OpAMP settings without an endpoint of scheme ws, wss, http or https,
 * for such telemetry with one of another scheme than http or https, and for a certificate that is none or whose authority is missing.
 */
export function encodeConnectionSettings(init: ConnectionSettingsInit): EncodedOffer {
  const message = create(ConnectionSettingsOffersSchema, init);
  if (message.opamp !== undefined && init.opamp?.heartbeatIntervalSeconds === undefined)
    message.opamp.heartbeatIntervalSeconds = HEARTBEAT_SECONDS;
  const endpoint = message.opamp?.destinationEndpoint;
  if (endpoint !== undefined && !OPAMP_SCHEMES.includes(schemeOf(endpoint)))
    throw new RangeError(`an OpAMP endpoint starts with ws, wss, http or https: "${endpoint}"`);
  for (const name of OWN_TELEMETRY) {
    const destination = message[name]?.destinationEndpoint;
    if (destination && !OTLP_SCHEMES.includes(schemeOf(destination)))
      throw new RangeError(`the endpoint of ${name} starts with http or https: "${destination}"`);
  }
  checkCertificates(message);
  const others = sortedEntries(message.otherConnections).map(([name, each]): [string, Uint8Array] => {
    const settings = Object.fromEntries(sortedEntries(each.otherSettings));
    return [name, toBinary(OtherConnectionSettingsSchema, { ...each, otherSettings: settings })];
  });
  const rest = toBinary(ConnectionSettingsOffersSchema, { ...message, otherConnections: {} });
  message.hash = digest([['', rest], ...others]);
  return { hash: message.hash, encoded: toBinary(ConnectionSettingsOffersSchema, message) };
}

/**
 * An encoded PackagesAvailable, ready for `Offers.packagesAvailable`. A package's hash that is left out is made over all its other fields, the content hash
 * of its file among them; the aggregate hash covers names and all of each package.
 */
export function encodePackagesAvailable(packages: PackagesInit): EncodedOffer {
  const message = create(PackagesAvailableSchema, { packages: packages ?? {} });
  const entries = sortedEntries(message.packages).map(([name, each]): [string, Uint8Array] => {
    if (each.hash.length === 0) each.hash = digest([['', toBinary(PackageAvailableSchema, each)]]);
    return [name, toBinary(PackageAvailableSchema, each)];
  });
  message.allPackagesHash = digest(entries);
  return { hash: message.allPackagesHash, encoded: toBinary(PackagesAvailableSchema, message) };
}

/** An authority that signed a certificate is offered with it (specification: TLSCertificate.ca_cert). */
function checkCertificates(message: ConnectionSettingsOffers): void {
  const { opamp, ownMetrics, ownTraces, ownLogs, otherConnections } = message;
  for (const [name, settings] of Object.entries({
    ...otherConnections,
    opamp,
    ownMetrics,
    ownTraces,
    ownLogs,
  })) {
    const certificate: TLSCertificate | undefined = settings?.certificate;
    if (certificate === undefined) continue;
    let parsed: X509Certificate;
    try {
      parsed = new X509Certificate(certificate.cert);
    } catch (cause) {
      throw new RangeError(`the certificate of ${name} cannot be read`, { cause });
    }
    if (parsed.issuer !== parsed.subject && certificate.caCert.length === 0)
      throw new RangeError(
        `the certificate of ${name} was signed by an authority, which is to be offered with it`,
      );
  }
}

function schemeOf(endpoint: string): string {
  return URL.canParse(endpoint) ? new URL(endpoint).protocol : '';
}

function sortedEntries<Value>(map: Readonly<Record<string, Value>>): [string, Value][] {
  return Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Each field goes in with its length in front, so that bytes cannot move between fields. */
function digest(entries: readonly (readonly [string, Uint8Array])[]): Uint8Array {
  const hash = createHash('sha256');
  for (const [name, bytes] of entries) {
    for (const field of [Buffer.from(name, 'utf8'), bytes]) hash.update(`${field.length}:`).update(field);
  }
  return new Uint8Array(hash.digest());
}
