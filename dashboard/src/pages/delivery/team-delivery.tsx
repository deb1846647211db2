import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import type { Client, Delivery, Team } from '../../api/client.ts';
import { deliveryQuery, groupsQuery, repositoriesQuery, syncQuery } from '../../api/queries.ts';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { PageSkeleton } from '../../components/skeleton.tsx';
import { useNow } from '../../components/use-now.ts';
import { daysBetween, longDay, relative, shortDay } from '../../format/instant.ts';
import { plural } from '../../format/number.ts';
import { BotList } from './breakdown.tsx';
import { stageOf } from './data.ts';
import { FirstSync, NeverSynced, NoConnection, NoMerges } from './empty.tsx';
import { Filters } from './filters.tsx';
import { Metrics } from './metrics.tsx';
import { presetRange, questionOf, selectionSearch, withDefaultRange, type Selection } from './selection.ts';
import { SyncPanel } from './sync-panel.tsx';

const NOBODY = { from: '', to: '', group: null, repository: null, author: null };

export function TeamDelivery(props: {
  client: Client;
  team: Team;
  selection: Selection;
  onSelect: (selection: Selection, how: 'push' | 'replace') => void;
}) {
  const { client, team, onSelect } = props;
  const sync = useQuery(syncQuery(client, team.team_id));
  const now = useNow(sync.dataUpdatedAt);
  const selection = withDefaultRange(props.selection, team.time_zone, now);
  const question = questionOf(selection);

  // The address always says which days are shown, so that a copied link shows the same numbers.
  const search = selectionSearch(selection);
  useEffect(() => {
    if (search !== window.location.search) onSelect(selection, 'replace');
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `search` says all of `selection`
  }, [search, onSelect]);

  const groups = useQuery(groupsQuery(client, team.team_id));
  const repositories = useQuery(repositoriesQuery(client, team.team_id));
  const delivery = useQuery({
    ...deliveryQuery(client, team.team_id, question ?? NOBODY),
    enabled: question !== null,
    placeholderData: keepPreviousData,
  });

  useRefreshAfterSync(
    team.team_id,
    sync.data?.map((row) => `${row.provider} ${row.last_success ?? ''}`).join(),
  );

  const title = (
    <div className="page-title">
      <h1>Delivery overview</h1>
      {question === null ? null : (
        <Subtitle question={question} team={team} delivery={delivery.data} now={now} />
      )}
    </div>
  );

  return (
    <>
      {title}
      <Filters
        team={team}
        selection={selection}
        groups={groups.data?.groups ?? []}
        repositories={repositories.data?.repositories ?? []}
        now={now}
        onSelect={onSelect}
      />
      {groups.isError || repositories.isError ? (
        <ProblemNotice
          error={groups.error ?? repositories.error}
          what="The choices for group and repository could not be loaded"
          onRetry={() => {
            if (groups.isError) void groups.refetch();
            if (repositories.isError) void repositories.refetch();
          }}
        />
      ) : null}
      <SyncPanel client={client} team={team} sync={sync} now={now} />
      {question === null ? null : delivery.isPending ? (
        <PageSkeleton />
      ) : delivery.data === undefined ? (
        <ProblemNotice
          error={delivery.error}
          what="The metrics could not be loaded"
          onRetry={() => void delivery.refetch()}
        />
      ) : (
        <>
          {delivery.isError ? (
            <ProblemNotice
              error={delivery.error}
              what="The metrics could not be brought up to date"
              onRetry={() => void delivery.refetch()}
            />
          ) : null}
          <div
            className={delivery.isPlaceholderData ? 'metrics is-stale' : 'metrics'}
            aria-busy={delivery.isFetching}
          >
            <Content
              delivery={delivery.data}
              stage={stageOf(delivery.data.throughput.merged, sync.data)}
              selection={selection}
              team={team}
              now={now}
              onSelect={onSelect}
            />
          </div>
        </>
      )}
    </>
  );
}

/** Reads everything of the team again when a connection has a new last success, but not for the first one seen. */
function useRefreshAfterSync(teamId: string, successes: string | undefined): void {
  const cache = useQueryClient();
  const seen = useRef<string | undefined>(undefined);
  useEffect(() => {
    if (successes === undefined) return;
    if (seen.current !== undefined && seen.current !== successes) {
      void cache.invalidateQueries({ queryKey: ['team', teamId] });
      void cache.invalidateQueries({ queryKey: ['teams'] });
    }
    seen.current = successes;
  }, [cache, teamId, successes]);
}

function Subtitle(props: {
  question: { from: string; to: string };
  team: Team;
  delivery: Delivery | undefined;
  now: number;
}) {
  const { question, team, delivery, now } = props;
  const { from, to } = question;
  const span = from.slice(0, 4) === to.slice(0, 4) ? shortDay(from) : longDay(from);
  const parts = [`${span} – ${longDay(to)}`, plural(daysBetween(from, to), 'day'), team.time_zone];
  if (delivery?.as_of != null) parts.push(`data as of ${relative(delivery.as_of, now)}`);
  return <p className="soft">{parts.join(' · ')}</p>;
}

function Content(props: {
  delivery: Delivery;
  stage: ReturnType<typeof stageOf>;
  selection: Selection;
  team: Team;
  now: number;
  onSelect: (selection: Selection, how: 'push' | 'replace') => void;
}) {
  const { delivery, stage, selection, team, now, onSelect } = props;
  switch (stage) {
    case 'metrics':
      return <Metrics delivery={delivery} now={now} />;
    case 'no-connection':
      return <NoConnection team={team} />;
    case 'never-synced':
      return <NeverSynced />;
    case 'first-sync':
      return <FirstSync />;
    case 'no-merges':
      return (
        <>
          <NoMerges
            filtered={selection.group !== null || selection.repository !== null || selection.author !== null}
            onClear={() => {
              onSelect({ ...selection, group: null, repository: null, author: null }, 'push');
            }}
            onWiden={() => {
              onSelect({ ...selection, ...presetRange(365, team.time_zone, Date.now()) }, 'push');
            }}
          />
          {delivery.bots.length === 0 ? null : <BotList bots={delivery.bots} />}
        </>
      );
  }
}
