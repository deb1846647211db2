import { QueryClientProvider, useQuery, type QueryClient } from '@tanstack/react-query';
import { useEffect, useState, type ReactNode } from 'react';
import { meQuery } from '../api/account-queries.ts';
import { Client, type Me } from '../api/client.ts';
import { createQueryClient } from '../api/queries.ts';
import { Logo } from '../components/icon.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { IdentityContext } from './identity.ts';
import type { SessionStore } from './session.ts';
import { OVER, REFUSED } from './sign-in.tsx';

/** What is kept of a try to get in; `cache` knows nothing but who it is. */
interface Attempt {
  client: Client;
  cache: QueryClient;
  onUnauthorized: () => void;
}

function attempt(store: SessionStore, token: string | null): Attempt {
  const client = new Client(token);
  const onUnauthorized = () => {
    const now = store.current();
    // What was asked before says nothing about whoever came in since.
    if (now.isOut || now.token !== token) return;
    const wasIn = cache.getQueryData(meQuery(client).queryKey) !== undefined;
    // Who was not in yet has just come: there is nothing to explain.
    store.signOut(token !== null ? REFUSED : wasIn ? OVER : null);
  };
  const cache = createQueryClient(onUnauthorized);
  return { client, cache, onUnauthorized };
}

/** Lets in whoever the API says is there. To be mounted anew for another token. */
export function Entrance(props: {
  store: SessionStore;
  token: string | null;
  children: (client: Client) => ReactNode;
}) {
  const { store, token, children } = props;
  const [begun] = useState(() => attempt(store, token));
  return (
    <QueryClientProvider client={begun.cache}>
      <Door attempt={begun}>{children}</Door>
    </QueryClientProvider>
  );
}

function Door(props: { attempt: Attempt; children: (client: Client) => ReactNode }) {
  const { attempt, children } = props;
  const { client, onUnauthorized } = attempt;
  const me = useQuery(meQuery(client));
  if (me.data === undefined) {
    return me.isError ? (
      <main className="page">
        <ProblemNotice
          error={me.error}
          what="Whether you are signed in could not be found out"
          onRetry={() => void me.refetch()}
        />
      </main>
    ) : (
      <div className="entrance" role="status" aria-label="Loading">
        <Logo />
      </div>
    );
  }
  const refresh = async () => {
    await me.refetch();
  };
  return (
    // The key mounts everything anew for somebody else: what was read as one is not shown to the next.
    <Inside
      key={`${me.data.kind} ${me.data.id ?? ''}`}
      me={me.data}
      refresh={refresh}
      onUnauthorized={onUnauthorized}
    >
      {children(client)}
    </Inside>
  );
}

function Inside(props: {
  me: Me;
  refresh: () => Promise<void>;
  onUnauthorized: () => void;
  children: ReactNode;
}) {
  const { me, refresh, onUnauthorized, children } = props;
  const [cache] = useState(() => createQueryClient(onUnauthorized));
  useEffect(
    () => () => {
      cache.clear();
    },
    [cache],
  );
  return (
    <IdentityContext value={{ me, refresh }}>
      <QueryClientProvider client={cache}>{children}</QueryClientProvider>
    </IdentityContext>
  );
}
