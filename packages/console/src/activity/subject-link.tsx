import type { ActivityEntry } from '@drover/api';
import { Link } from '@tanstack/react-router';
import { Foreign } from '../components/foreign.tsx';

/** What an entry is about; a link where there is a page for it. It may be gone by now. */
export function SubjectLink({ subject }: { readonly subject: ActivityEntry['subject'] }) {
  const { kind, id, name } = subject;
  switch (kind) {
    case 'config':
      return (
        <Link to="/configs/$name" params={{ name: id }}>
          {name}
        </Link>
      );
    case 'draft':
      return (
        <>
          draft of{' '}
          <Link to="/configs" search={{ tab: 'drafts' }}>
            {name}
          </Link>
        </>
      );
    case 'secret':
      return (
        <>
          secret{' '}
          <Link to="/configs" search={{ tab: 'secrets' }}>
            {name}
          </Link>
        </>
      );
    case 'component_schemas':
      return (
        <>
          schemas for{' '}
          <Link to="/settings" search={{ tab: 'schemas' }}>
            {name}
          </Link>
        </>
      );
    case 'rollout':
      return (
        <>
          rollout of{' '}
          <Link to="/rollouts/$id" params={{ id }}>
            {name}
          </Link>
        </>
      );
    case 'agent':
      return (
        <Link to="/agents/$uid" params={{ uid: id }}>
          <Foreign text={name} />
        </Link>
      );
    case 'agents':
      return id === '' ? (
        <span>{name}</span>
      ) : (
        <Link to="/agents" search={{ q: id }}>
          {name}
        </Link>
      );
    case 'enrolment_token':
      return (
        <>
          enrolment token{' '}
          <Link to="/connections" search={{ tab: 'tokens' }}>
            {name}
          </Link>
        </>
      );
    case 'view':
      return <span>view {name}</span>;
    case 'session':
      return <span>the console</span>;
    case 'server':
      return <Link to="/settings">{name}</Link>;
    default:
      // A newer server may know subjects that this page does not.
      return <span>{name}</span>;
  }
}
