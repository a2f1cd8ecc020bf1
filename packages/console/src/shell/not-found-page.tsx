import { EmptyState } from '../components/empty-state.tsx';
import { LinkButton } from '../components/link-button.tsx';
import { useTitle } from './use-title.ts';

export function NotFoundPage() {
  useTitle('Not found');
  return (
    <EmptyState
      isPage
      title="Page not found"
      action={
        <LinkButton to="/agents" variant="filled">
          Go to the fleet
        </LinkButton>
      }
    >
      The address may be wrong, or what it pointed to no longer exists.
    </EmptyState>
  );
}
