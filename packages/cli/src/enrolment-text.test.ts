import type { Enrolment } from '@drover/api';
import { describe, expect, test } from 'vitest';
import { credentialText, doneText, enrolmentPreviewText, enrolmentText } from './enrolment-text.ts';

const shared: Enrolment = {
  state: 'approved',
  decidedBy: 'enrolment token "edge"',
  decidedAt: '2026-01-01T00:00:00.000Z',
  credential: 'shared',
  enrolmentToken: { id: 't1', name: 'edge' },
  takesCredentials: false,
};

test('who decided, and what the agent shows, are said in words', () => {
  expect(enrolmentText(shared)).toBe('approved by enrolment token "edge", 2026-01-01T00:00:00.000Z');
  expect(enrolmentText({ ...shared, state: 'pending', decidedBy: null, decidedAt: null })).toBe(
    'waits for approval',
  );
  expect(credentialText(shared)).toBe('shares enrolment token "edge"; takes no credential of its own');
  expect(credentialText({ ...shared, takesCredentials: true })).toBe('shares enrolment token "edge"');
});

describe('a preview', () => {
  test('counts who matches, who would change and who cannot', () => {
    const result = {
      matched: 4,
      changed: 2,
      unchanged: 1,
      cannot: [{ reason: 'was rejected: approve it by its uid', count: 1 }],
      instanceUids: [],
    };
    expect(enrolmentPreviewText('approve', result)).toBe(
      '4 agents match, 2 would be approved\n  1 already stand so\n  1 cannot: was rejected: approve it by its uid\n',
    );
    expect(doneText('revoke', 1)).toBe('1 agent revoked');
  });
});
