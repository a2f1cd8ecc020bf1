import type { Agent, EnrolmentAct } from '@drover/api';
import { Button } from '@mantine/core';
import { useState } from 'react';
import { Note } from '../components/note.tsx';
import { Time } from '../components/time.tsx';
import { EnrolmentDialog } from '../connections/enrolment-dialog.tsx';

/** Why the agent is given nothing, and what can be done about it. */
export function EnrolmentNote({ agent }: { readonly agent: Agent }) {
  const { state, decidedBy, decidedAt } = agent.enrolment;
  const [asked, setAsked] = useState<EnrolmentAct>();
  const isWaiting = state === 'pending';
  return (
    <>
      <Note
        tone={isWaiting ? 'look' : 'broken'}
        actions={
          <>
            <Button size="compact-sm" variant="filled" onClick={() => setAsked('approve')}>
              {isWaiting ? 'Approve' : 'Approve again'}
            </Button>
            {isWaiting ? (
              <Button size="compact-sm" onClick={() => setAsked('reject')}>
                Reject
              </Button>
            ) : null}
          </>
        }
      >
        {isWaiting ? (
          <>
            <strong>Waiting for approval.</strong> The agent may report, but gets no configuration or commands
            until you approve it.
          </>
        ) : (
          <>
            <strong>It was {state}</strong>
            {decidedBy === null ? null : ` by ${decidedBy}`}
            {decidedAt === null ? null : (
              <>
                , <Time at={decidedAt} />
              </>
            )}
            . It is refused, whatever credential it uses.
          </>
        )}
      </Note>
      {asked === undefined ? null : (
        <EnrolmentDialog
          act={asked}
          selection={{ instanceUids: [agent.instanceUid] }}
          onClose={() => setAsked(undefined)}
        />
      )}
    </>
  );
}
