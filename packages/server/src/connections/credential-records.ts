import type { InstanceUid } from '../agents/agent.ts';
import type { OwnCredential } from '../agents/enrolment.ts';
import { type Credential, ownCredentialOf } from './credential.ts';
import { CredentialBook } from './credential-book.ts';
import type { CredentialWriter } from './credential-writer.ts';

/** Credentials in memory, what is written of them behind, and where their agents stand by them. */
export class CredentialRecords {
  readonly book = new CredentialBook();
  readonly #writer: CredentialWriter;
  readonly #show: (uid: InstanceUid, own: OwnCredential) => void;

  constructor(writer: CredentialWriter, show: (uid: InstanceUid, own: OwnCredential) => void) {
    this.#writer = writer;
    this.#show = show;
  }

  put(credential: Credential): void {
    this.book.put(credential);
    this.#writer.save(credential);
    this.show(credential.uid);
  }

  drop({ id, uid }: Credential): void {
    this.book.remove(id);
    this.#writer.drop(id);
    this.show(uid);
  }

  /** The credential is in use. */
  touch(id: string, nowMs: number): void {
    const credential = this.book.get(id);
    if (credential !== undefined && this.#writer.used(credential, nowMs))
      this.book.put({ ...credential, lastUsedAtMs: nowMs });
  }

  /** The agent goes on under another uid; what waits to be written goes with it. */
  rename(oldUid: InstanceUid, uid: InstanceUid): void {
    this.book.rename(oldUid, uid);
    for (const credential of this.book.of(uid)) this.put(credential);
  }

  /** After the book changed by itself. */
  show(uid: InstanceUid): void {
    this.#show(uid, ownCredentialOf(this.book.of(uid)));
  }
}
