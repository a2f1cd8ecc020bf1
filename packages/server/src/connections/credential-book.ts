import type { InstanceUid } from '../agents/agent.ts';
import type { Credential } from './credential.ts';

const NONE: readonly Credential[] = [];

/** All credentials in memory, by their id and by their agent. */
export class CredentialBook {
  readonly #byId = new Map<string, Credential>();
  readonly #byUid = new Map<InstanceUid, readonly Credential[]>();
  /** Certificates; a token says its id itself. */
  readonly #idByFingerprint = new Map<string, string>();

  get(id: string): Credential | undefined {
    return this.#byId.get(id);
  }

  certificate(fingerprint: string): Credential | undefined {
    const id = this.#idByFingerprint.get(fingerprint);
    return id === undefined ? undefined : this.#byId.get(id);
  }

  /** In the order of their making. */
  of(uid: InstanceUid): readonly Credential[] {
    return this.#byUid.get(uid) ?? NONE;
  }

  all(): Iterable<Credential> {
    return this.#byId.values();
  }

  put(credential: Credential): void {
    this.#byId.set(credential.id, credential);
    if (credential.kind === 'certificate' && credential.hash !== null)
      this.#idByFingerprint.set(credential.hash, credential.id);
    const others = this.of(credential.uid).filter(({ id }) => id !== credential.id);
    this.#byUid.set(credential.uid, [...others, credential].sort(byId));
  }

  remove(id: string): void {
    const credential = this.#byId.get(id);
    if (credential === undefined) return;
    this.#byId.delete(id);
    if (credential.hash !== null) this.#idByFingerprint.delete(credential.hash);
    const left = this.of(credential.uid).filter((each) => each.id !== id);
    if (left.length === 0) this.#byUid.delete(credential.uid);
    else this.#byUid.set(credential.uid, left);
  }

  /** The agent goes on under another uid, with its credentials; what the other uid had is void. */
  rename(oldUid: InstanceUid, uid: InstanceUid): void {
    for (const { id } of this.of(uid)) this.remove(id);
    for (const credential of this.of(oldUid)) {
      this.remove(credential.id);
      this.put({ ...credential, uid });
    }
  }
}

function byId(a: Credential, b: Credential): number {
  return a.id < b.id ? -1 : 1;
}
