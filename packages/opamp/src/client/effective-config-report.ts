import { createHash } from 'node:crypto';
import { create, toBinary } from '@bufbuild/protobuf';
import { EffectiveConfigSchema } from '../gen/opamp/v1/opamp_pb.ts';
import { type ConfigFile, configMapToMessage } from '../wire/config-map.ts';

type Source = (() => ReadonlyMap<string, ConfigFile> | undefined) | undefined;

/** Asks the agent for its effective configuration when it is to be sent, and remembers of it only a digest. */
export class EffectiveConfigReport {
  readonly #source: Source;
  #lastDigest: Buffer | undefined = undefined;

  constructor(source: Source) {
    this.#source = source;
  }

  /** The encoding to be sent now, which counts as sent. Undefined where the agent does not know its configuration. */
  encode(): Uint8Array | undefined {
    const encoding = this.#ask();
    this.#lastDigest = encoding === undefined ? undefined : digest(encoding);
    return encoding;
  }

  /** Whether the configuration differs from what was sent last. */
  hasChanged(): boolean {
    const encoding = this.#ask();
    if (encoding === undefined) return false;
    return this.#lastDigest === undefined || !digest(encoding).equals(this.#lastDigest);
  }

  /** What was sent last may not have arrived. */
  forget(): void {
    this.#lastDigest = undefined;
  }

  #ask(): Uint8Array | undefined {
    const files = this.#source?.();
    if (files === undefined) return undefined;
    const message = create(EffectiveConfigSchema);
    message.configMap = configMapToMessage(files);
    return toBinary(EffectiveConfigSchema, message);
  }
}

function digest(encoding: Uint8Array): Buffer {
  return createHash('sha256').update(encoding).digest();
}
