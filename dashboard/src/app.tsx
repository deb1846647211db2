import { QueryClientProvider } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { Client } from './api/client.ts';
import { createQueryClient } from './api/queries.ts';
import { DeliveryPage } from './pages/delivery/page.tsx';
import { REFUSED, SignIn } from './session/sign-in.tsx';
import { useSession, type SessionStore } from './session/session.ts';

export function App({ store }: { store: SessionStore }) {
  const { token, notice } = useSession(store);
  // One cache per token: nothing read with one token is ever shown to the next.
  const queries = useMemo(
    () => ({
      client: token === null ? null : new Client(token),
      cache: createQueryClient(() => {
        if (store.current().token === token) store.signOut(REFUSED);
      }),
    }),
    [store, token],
  );
  useEffect(
    () => () => {
      queries.cache.clear();
    },
    [queries],
  );

  return (
    // The key mounts everything anew: what already reads from a cache would stay with it.
    <QueryClientProvider key={token ?? ''} client={queries.cache}>
      {queries.client === null ? (
        <SignIn store={store} notice={notice} />
      ) : (
        <DeliveryPage
          client={queries.client}
          onSignOut={() => {
            store.signOut();
          }}
        />
      )}
    </QueryClientProvider>
  );
}
