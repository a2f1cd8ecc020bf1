import { describe, expect, it } from 'vitest';
import { type Reported, reconcile, UNANSWERED_AFTER_MS } from './reconcile.ts';

const NEW: Reported = {
  acceptsRemoteConfig: true,
  reportsRemoteConfig: true,
  configHash: '',
  failedConfigHash: '',
  offered: undefined,
};
const offer = { kind: 'remote_config', hash: 'aa' };
const nothing = { kind: 'nothing' };

describe('reconcile', () => {
  it('offers what differs', () => {
    expect(reconcile({ configHash: 'aa', isRetry: false }, NEW)).toEqual(offer);
    expect(reconcile({ configHash: 'aa', isRetry: false }, { ...NEW, configHash: 'bb' })).toEqual(offer);
  });

  it('leaves an agent alone for which nothing is decided', () => {
    expect(reconcile({ configHash: undefined, isRetry: false }, { ...NEW, configHash: 'bb' })).toEqual(
      nothing,
    );
  });

  it('never offers to an agent that does not accept', () => {
    expect(reconcile({ configHash: 'aa', isRetry: false }, { ...NEW, acceptsRemoteConfig: false })).toEqual(
      nothing,
    );
  });

  it('is quiet when the agent has the hash, also when it failed on it', () => {
    expect(reconcile({ configHash: 'aa', isRetry: false }, { ...NEW, configHash: 'aa' })).toEqual(nothing);
    expect(
      reconcile({ configHash: 'aa', isRetry: false }, { ...NEW, configHash: 'aa', failedConfigHash: 'aa' }),
    ).toEqual(nothing);
  });

  it('does not press a configuration that failed on an agent that went back to the one before', () => {
    expect(
      reconcile({ configHash: 'aa', isRetry: false }, { ...NEW, configHash: 'bb', failedConfigHash: 'aa' }),
    ).toEqual(nothing);
    expect(
      reconcile({ configHash: 'aa', isRetry: false }, { ...NEW, configHash: 'bb', failedConfigHash: 'cc' }),
    ).toEqual(offer);
  });

  it('offers again what failed when an operator wants it tried again, once', () => {
    const failed = { ...NEW, configHash: 'aa', failedConfigHash: 'aa' };
    expect(reconcile({ configHash: 'aa', isRetry: true }, failed)).toEqual(offer);
    const offered = { ...failed, offered: { configHash: 'aa', agoMs: 1000 } };
    expect(reconcile({ configHash: 'aa', isRetry: true }, offered)).toEqual(nothing);
  });

  it('waits for the answer to an offer, and repeats it after a while to an agent that would answer', () => {
    const waiting = { ...NEW, offered: { configHash: 'aa', agoMs: 1000 } };
    const overdue = { ...NEW, offered: { configHash: 'aa', agoMs: UNANSWERED_AFTER_MS } };
    expect(reconcile({ configHash: 'aa', isRetry: false }, waiting)).toEqual(nothing);
    expect(reconcile({ configHash: 'aa', isRetry: false }, overdue)).toEqual(offer);
    expect(
      reconcile({ configHash: 'aa', isRetry: false }, { ...overdue, reportsRemoteConfig: false }),
    ).toEqual(nothing);
    expect(reconcile({ configHash: 'cc', isRetry: false }, waiting)).toEqual({
      kind: 'remote_config',
      hash: 'cc',
    });
  });
});
