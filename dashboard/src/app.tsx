import { QueryClientProvider } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { usePath, visit } from './address.ts';
import type { Client, Team } from './api/client.ts';
import { createQueryClient } from './api/queries.ts';
import { Frame } from './components/frame.tsx';
import { Icon } from './components/icon.tsx';
import { AccessPage } from './pages/access/page.tsx';
import { AiPage } from './pages/ai/page.tsx';
import { AuditPage } from './pages/audit/page.tsx';
import { ConnectionsPage } from './pages/connections/page.tsx';
import { DeliveryPage } from './pages/delivery/page.tsx';
import { MySurveysPage } from './pages/my-surveys/page.tsx';
import { pageAt, type PagePath } from './pages/pages.ts';
import { PrivacyPage } from './pages/privacy/page.tsx';
import { SurveysPage } from './pages/surveys/page.tsx';
import { Entrance } from './session/entrance.tsx';
import { forgetSignInOutcome, signInOutcome } from './session/outcome.ts';
import { useSession, type SessionStore } from './session/session.ts';
import { SignIn } from './session/sign-in.tsx';

/** Leaves for another site; tests look where to. */
function leaveFor(url: string): void {
  window.location.assign(url);
}

export function App({ store, leave = leaveFor }: { store: SessionStore; leave?: (url: string) => void }) {
  const { token, isOut, notice } = useSession(store);
  const [outcome, setOutcome] = useState(() => signInOutcome(document.cookie));
  useEffect(forgetSignInOutcome, []);
  // For what is asked while nobody is in: it is refused without an end to anything.
  const [outside] = useState(() => createQueryClient(() => undefined));

  if (isOut) {
    return (
      <QueryClientProvider client={outside}>
        <SignIn store={store} notice={notice} outcome={outcome} />
      </QueryClientProvider>
    );
  }
  return (
    <Entrance key={token ?? ''} store={store} token={token}>
      {(client) => (
        <Pages
          client={client}
          outcome={outcome}
          onOutcomeRead={() => {
            setOutcome(null);
          }}
          onSignOut={() => {
            setOutcome(null);
            store.signOut();
          }}
          leave={leave}
        />
      )}
    </Entrance>
  );
}

/** The page at the address. The frame is the same for all, so that focus stays on a link to another page. */
function Pages(props: {
  client: Client;
  outcome: string | null;
  onOutcomeRead: () => void;
  onSignOut: () => void;
  leave: (url: string) => void;
}) {
  const { client, outcome, onOutcomeRead, onSignOut, leave } = props;
  const page = pageAt(usePath());
  const [deleted, setDeleted] = useState<readonly Team[]>([]);
  const onDeleted = (team: Team) => {
    setDeleted((before) => [...before, team]);
    // The address names it, so that what is said is about it.
    visit(`${page.path}?${new URLSearchParams({ team: team.team_id }).toString()}`, 'replace');
  };
  return (
    <Frame
      client={client}
      page={page}
      deleted={deleted}
      onSignOut={onSignOut}
      notice={outcome === null ? null : <Outcome words={outcome} onRead={onOutcomeRead} />}
    >
      {(team) => pageOf(page.path, { client, team, leave, onDeleted })}
    </Frame>
  );
}

/** A sign-in that was to be a fresh one came to nothing, while the one before still holds. */
function Outcome({ words, onRead }: { words: string; onRead: () => void }) {
  return (
    <div className="notice notice-bad" role="alert">
      <Icon name="warning" />
      <p className="notice-body">{words}</p>
      <button type="button" className="icon-button icon-button-small" aria-label="Close" onClick={onRead}>
        <Icon name="close" />
      </button>
    </div>
  );
}

function pageOf(
  path: PagePath,
  props: {
    client: Client;
    team: Team;
    leave: (url: string) => void;
    onDeleted: (team: Team) => void;
  },
) {
  const { client, team, leave, onDeleted } = props;
  // The keys mount another team's page anew: what was typed or opened on one is not about the other.
  const key = team.team_id;
  switch (path) {
    case '/':
      return <DeliveryPage key={key} client={client} team={team} />;
    case '/ai':
      return <AiPage key={key} client={client} team={team} />;
    case '/my-surveys':
      return <MySurveysPage key={key} client={client} team={team} />;
    case '/surveys':
      return <SurveysPage key={key} client={client} team={team} />;
    case '/connections':
      return <ConnectionsPage key={key} client={client} team={team} leave={leave} />;
    case '/access':
      return <AccessPage key={key} client={client} team={team} />;
    case '/audit':
      return <AuditPage key={key} client={client} team={team} />;
    case '/privacy':
      return <PrivacyPage key={key} client={client} team={team} leave={leave} onDeleted={onDeleted} />;
  }
}
