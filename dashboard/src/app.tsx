import { QueryClientProvider } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { usePath } from './address.ts';
import { Client } from './api/client.ts';
import { createQueryClient } from './api/queries.ts';
import { Frame, pageAt } from './components/frame.tsx';
import { AiPage } from './pages/ai/page.tsx';
import { ConnectionsPage } from './pages/connections/page.tsx';
import { DeliveryPage } from './pages/delivery/page.tsx';
import { SurveysPage } from './pages/surveys/page.tsx';
import { REFUSED, SignIn } from './session/sign-in.tsx';
import { useSession, type SessionStore } from './session/session.ts';

/** Leaves for another site; tests look where to. */
function leaveFor(url: string): void {
  window.location.assign(url);
}

export function App({ store, leave = leaveFor }: { store: SessionStore; leave?: (url: string) => void }) {
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
  const onSignOut = () => {
    store.signOut();
  };

  return (
    // The key mounts everything anew: what already reads from a cache would stay with it.
    <QueryClientProvider key={token ?? ''} client={queries.cache}>
      {queries.client === null ? (
        <SignIn store={store} notice={notice} />
      ) : (
        <Page client={queries.client} onSignOut={onSignOut} leave={leave} />
      )}
    </QueryClientProvider>
  );
}

/** The page at the address. The frame is the same for all, so that focus stays on a link to another page. */
function Page(props: { client: Client; onSignOut: () => void; leave: (url: string) => void }) {
  const { client, onSignOut, leave } = props;
  const path = pageAt(usePath());
  return (
    <Frame client={client} path={path} onSignOut={onSignOut}>
      {(team) => {
        // The keys mount another team's page anew: what was typed or opened on one is not about the other.
        switch (path) {
          case '/':
            return <DeliveryPage key={team.team_id} client={client} team={team} />;
          case '/ai':
            return <AiPage key={team.team_id} client={client} team={team} />;
          case '/surveys':
            return <SurveysPage key={team.team_id} client={client} team={team} />;
          case '/connections':
            return <ConnectionsPage key={team.team_id} client={client} team={team} leave={leave} />;
        }
      }}
    </Frame>
  );
}
