import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useSearch } from '../../address.ts';
import type { Client, Team } from '../../api/client.ts';
import { connectionsQuery, syncQuery } from '../../api/queries.ts';
import { PROVIDERS, providerName } from '../../api/words.ts';
import { Icon } from '../../components/icon.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { useNow } from '../../components/use-now.ts';
import { ConnectionCard } from './card.tsx';
import { forgetOutcome, parseOutcome, type Outcome } from './outcome.ts';

/** What a team is connected to, and how to connect it. */
export function ConnectionsPage(props: { client: Client; team: Team; leave: (url: string) => void }) {
  const { client, team, leave } = props;
  const [search] = useSearch();
  const [outcome] = useState(() => parseOutcome(document.cookie));
  useEffect(forgetOutcome, []);
  const code = new URLSearchParams(search).get('code');

  return (
    <>
      <div className="page-title">
        <h1>Connections</h1>
        <p className="soft">What {team.name} is read from. Its admins and the operator can change it.</p>
      </div>
      {outcome === null ? null : <OutcomeNotice outcome={outcome} />}
      {code === null ? null : <RegisteredApp code={code} />}
      <TeamConnections client={client} team={team} leave={leave} />
    </>
  );
}

function OutcomeNotice({ outcome }: { outcome: Outcome }) {
  const name = outcome.provider === null ? 'The vendor' : providerName(outcome.provider);
  if (!outcome.connected) {
    return (
      <div className="notice notice-bad" role="alert">
        <Icon name="warning" />
        <p className="notice-body">{outcome.words ?? `${name} was not connected.`}</p>
      </div>
    );
  }
  return (
    <div className="notice notice-good" role="status">
      <Icon name="info" />
      <p className="notice-body">
        {name} is connected. {outcome.words ?? ''} It is read every night; Sync now begins at once.
      </p>
    </div>
  );
}

/** GitHub sends the operator here with a code once the App is registered (infra/github-app/manifest.json). */
function RegisteredApp({ code }: { code: string }) {
  return (
    <section className="card" aria-labelledby="registered-app">
      <h2 id="registered-app">GitHub has registered the App</h2>
      <p>Within an hour, this answers with what belongs into the secret of vendor apps, once:</p>
      <pre className="code-block">
        {`curl -X POST https://api.github.com/app-manifests/${encodeURIComponent(code)}/conversions`}
      </pre>
    </section>
  );
}

function TeamConnections({
  client,
  team,
  leave,
}: {
  client: Client;
  team: Team;
  leave: (url: string) => void;
}) {
  const connections = useQuery(connectionsQuery(client, team.team_id));
  const sync = useQuery(syncQuery(client, team.team_id));
  const now = useNow(Math.max(connections.dataUpdatedAt, sync.dataUpdatedAt));

  if (connections.isPending) return <CardsSkeleton />;
  if (connections.data === undefined) {
    return (
      <ProblemNotice
        error={connections.error}
        what="The connections could not be loaded"
        onRetry={() => void connections.refetch()}
      />
    );
  }
  const { connections: known, consent_pages: consentPages } = connections.data;
  return (
    <>
      {known.length === 0 ? (
        <p className="notice">
          <span className="notice-body">
            Nothing is connected yet. Begin with GitHub: the delivery overview is read from it.
          </span>
        </p>
      ) : null}
      {sync.isError ? (
        <ProblemNotice
          error={sync.error}
          what="How the syncs stand could not be loaded"
          onRetry={() => void sync.refetch()}
        />
      ) : null}
      <div className="connections">
        {PROVIDERS.map((provider) => (
          <ConnectionCard
            key={provider}
            client={client}
            team={team}
            provider={provider}
            connection={known.find((candidate) => candidate.provider === provider)}
            row={sync.data?.find((candidate) => candidate.provider === provider)}
            hasConsentPage={consentPages.includes(provider)}
            now={now}
            leave={leave}
          />
        ))}
      </div>
    </>
  );
}

function CardsSkeleton() {
  return (
    <div className="connections" role="status" aria-label="Loading">
      {PROVIDERS.map((provider) => (
        <div className="card connection" key={provider}>
          <Skeleton height={18} width="40%" />
          <Skeleton height={14} width="80%" />
          <Skeleton height={14} width="60%" />
          <Skeleton height={36} width="55%" />
        </div>
      ))}
    </div>
  );
}
