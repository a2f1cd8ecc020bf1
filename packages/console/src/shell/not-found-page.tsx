import { EmptyState } from '../components/empty-state.tsx';
import { LinkButton } from '../components/link-button.tsx';
import { useTitle } from './use-title.ts';

export function NotFoundPage() {
  useTitle('Not found');
  return (
    <EmptyState
      isPage
      title="There is no such page"
      action={
        <LinkButton to="/agents" variant="filled">
          Go to the fleet
        </LinkButton>
      }
    >
      The address may be mistyped, or what it named is gone.
    </EmptyState>
  );
}
