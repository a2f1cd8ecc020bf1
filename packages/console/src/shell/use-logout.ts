import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useApi } from '../data/console-context.tsx';

/** Ends the session; the gate sees that nobody is signed in and shows the login. */
export function useLogout(): () => void {
  const api = useApi();
  const queryClient = useQueryClient();
  const logout = useMutation({
    mutationFn: () => api.logout(),
    onSettled: () => queryClient.setQueryData(['session'], null),
  });
  return () => logout.mutate();
}
