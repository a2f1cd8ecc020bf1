import { createHash } from 'node:crypto';
import { create, toBinary } from '@bufbuild/protobuf';
import {
  type AgentConfigMap,
  AgentConfigMapSchema,
  type AgentConfigObject,
  AgentConfigObjectSchema,
  AgentRemoteConfigSchema,
} from '../gen/opamp/v1/opamp_pb.ts';

/** One entry of an AgentConfigMap; the name is its key in the map (specification: AgentConfigObject Message). */
export interface ConfigFile {
  /** Any bytes; not always text. */
  readonly body: Uint8Array;
  /** A MIME type such as `text/yaml`, or empty. */
  readonly contentType: string;
  /** What the entry is for; empty means a configuration. */
  readonly role?: string;
}

/** The message form of these files; the bodies are shared with it, not copied. Any name is allowed, the empty one too. */
export function configMapToMessage(files: ReadonlyMap<string, ConfigFile>): AgentConfigMap {
  const configMap: Record<string, AgentConfigObject> = Object.create(null);
  for (const [name, file] of files) {
    configMap[name] = create(AgentConfigObjectSchema, {
      body: file.body,
      contentType: file.contentType,
      role: file.role ?? '',
    });
  }
  const message = create(AgentConfigMapSchema);
  message.configMap = configMap;
  return message;
}

/** The files of a message, in its order. Bodies are views on the decoded bytes: copy what is to outlive them. */
export function configMapFromMessage(message: AgentConfigMap): Map<string, ConfigFile> {
  const files = new Map<string, ConfigFile>();
  for (const [name, { body, contentType, role }] of Object.entries(message.configMap)) {
    files.set(name, role === '' ? { body, contentType } : { body, contentType, role });
  }
  return files;
}

/**
 * An encoded AgentRemoteConfig, ready for `Offers.remoteConfig`. One encoding serves any number of agents. No file at all is an offer too:
 * the agent is to run no remote configuration (specification: AgentRemoteConfig.config). `hash` is what the agent will report back, usually
 * `remoteConfigHash(files)`; it may not be empty in the protocol.
 */
export function encodeRemoteConfig(files: ReadonlyMap<string, ConfigFile>, hash: Uint8Array): Uint8Array {
  const message = create(AgentRemoteConfigSchema, { configHash: hash });
  message.config = configMapToMessage(files);
  return toBinary(AgentRemoteConfigSchema, message);
}

/**
 * The 32 bytes of SHA-256 over names, bodies, content types and roles, the same for any order of the entries. Each field goes in with
 * its length in front, so that no two different sets of files share a hash by shifting bytes between fields.
 */
export function remoteConfigHash(files: ReadonlyMap<string, ConfigFile>): Uint8Array {
  const hash = createHash('sha256');
  const length = Buffer.alloc(8);
  const add = (field: Uint8Array) => {
    length.writeBigUInt64BE(BigInt(field.length));
    hash.update(length).update(field);
  };
  const entries = [...files].map(([name, file]) => ({ name: Buffer.from(name, 'utf8'), file }));
  entries.sort((a, b) => Buffer.compare(a.name, b.name));
  for (const { name, file } of entries) {
    add(name);
    add(file.body);
    add(Buffer.from(file.contentType, 'utf8'));
    add(Buffer.from(file.role ?? '', 'utf8'));
  }
  return new Uint8Array(hash.digest());
}
