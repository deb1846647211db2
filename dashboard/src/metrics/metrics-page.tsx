import { useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, type ReactNode } from 'react';
import { useSearch } from '../address.ts';
import type { Client, SyncRow, Team } from '../api/client.ts';
import { groupsQuery, repositoriesQuery, syncQuery, type MetricsQuestion } from '../api/queries.ts';
import { kindOf } from '../api/problem.ts';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { PageSkeleton } from '../components/skeleton.tsx';
import { useNow } from '../components/use-now.ts';
import { daysBetween, longDay, relative, shortDay } from '../format/instant.ts';
import { plural } from '../format/number.ts';
import { FirstSync, NeverSynced, NoConnection, NoMerges, TooFewPeople } from './empty.tsx';
import { Filters } from './filters.tsx';
import {
  isFiltered,
  parseSelection,
  presetRange,
  questionOf,
  selectionSearch,
  withDefaultRange,
  type Select,
  type Selection,
} from './selection.ts';
import { stageOf } from './stage.ts';
import { SyncPanel } from './sync-panel.tsx';

/** What a page of metrics is about, and how to change it. */
export interface Selected {
  selection: Selection;
  /** Null while the dates are no range. */
  question: MetricsQuestion | null;
  onSelect: Select;
  sync: UseQueryResult<SyncRow[]>;
  now: number;
}

/** The selection of the address, which from then on always says which days are shown: a copied link shows the same. */
export function useSelected(client: Client, team: Team): Selected {
  const [search, go] = useSearch();
  const sync = useQuery(syncQuery(client, team.team_id));
  const now = useNow(sync.dataUpdatedAt);
  const asked = { ...parseSelection(search), team: team.team_id };
  const selection = withDefaultRange(asked, team.time_zone, now);
  const whole = selectionSearch(selection);
  useEffect(() => {
    if (whole !== window.location.search) go(whole, 'replace');
  }, [whole, go]);
  const onSelect = useCallback<Select>(
    (next, how) => {
      go(selectionSearch(next), how);
    },
    [go],
  );
  return { selection, question: questionOf(selection), onSelect, sync, now };
}

/** A page of metrics of merged pull requests: which ones, how fresh they are, and what there is to see or to do. */
export function MetricsPage<Answer extends { as_of: string | null }>(props: {
  client: Client;
  team: Team;
  title: string;
  selected: Selected;
  answer: UseQueryResult<Answer>;
  /** How many pull requests the answer is about. */
  merged: (answer: Answer) => number;
  /** What is shown though nobody merged anything. */
  withoutMerges?: (answer: Answer) => ReactNode;
  children: (answer: Answer) => ReactNode;
}) {
  const { client, team, title, selected, answer, merged, withoutMerges, children } = props;
  const { selection, question, onSelect, sync, now } = selected;
  const { data } = answer;
  const groups = useQuery(groupsQuery(client, team.team_id));
  const repositories = useQuery(repositoriesQuery(client, team.team_id));
  useRefreshAfterSync(
    team.team_id,
    sync.data?.map((row) => `${row.provider} ${row.last_success ?? ''}`).join(),
  );

  return (
    <>
      <div className="page-title">
        <h1>{title}</h1>
        {question === null ? null : (
          <Subtitle question={question} team={team} asOf={data?.as_of ?? null} now={now} />
        )}
      </div>
      <Filters
        client={client}
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
      {question === null ? null : kindOf(answer.error) === 'too-few-people' ? (
        <TooFewPeople
          error={answer.error}
          onClear={() => {
            onSelect({ ...selection, group: null, repository: null, author: null }, 'push');
          }}
        />
      ) : answer.isPending ? (
        <PageSkeleton />
      ) : data === undefined ? (
        <ProblemNotice
          error={answer.error}
          what="The metrics could not be loaded"
          onRetry={() => void answer.refetch()}
        />
      ) : (
        <>
          {answer.isError ? (
            <ProblemNotice
              error={answer.error}
              what="The metrics could not be brought up to date"
              onRetry={() => void answer.refetch()}
            />
          ) : null}
          <div
            className={answer.isPlaceholderData ? 'metrics is-stale' : 'metrics'}
            aria-busy={answer.isFetching}
          >
            <Content
              team={team}
              selected={selected}
              merged={merged(data)}
              metrics={() => children(data)}
              withoutMerges={withoutMerges?.(data)}
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

function Subtitle(props: { question: MetricsQuestion; team: Team; asOf: string | null; now: number }) {
  const { question, team, asOf, now } = props;
  const { from, to } = question;
  const span = from.slice(0, 4) === to.slice(0, 4) ? shortDay(from) : longDay(from);
  const parts = [`${span} – ${longDay(to)}`, plural(daysBetween(from, to), 'day'), team.time_zone];
  if (asOf !== null) parts.push(`data as of ${relative(asOf, now)}`);
  return <p className="soft">{parts.join(' · ')}</p>;
}

function Content(props: {
  team: Team;
  selected: Selected;
  merged: number;
  metrics: () => ReactNode;
  withoutMerges: ReactNode;
}) {
  const { team, selected, merged, metrics, withoutMerges } = props;
  const { selection, onSelect, sync } = selected;
  switch (stageOf(merged, sync.data)) {
    case 'metrics':
      return metrics();
    case 'no-connection':
      return <NoConnection team={team} />;
    case 'never-synced':
      return <NeverSynced team={team} />;
    case 'first-sync':
      return <FirstSync />;
    case 'no-merges':
      return (
        <>
          <NoMerges
            filtered={isFiltered(selection)}
            onClear={() => {
              onSelect({ ...selection, group: null, repository: null, author: null }, 'push');
            }}
            onWiden={() => {
              onSelect({ ...selection, ...presetRange(365, team.time_zone, Date.now()) }, 'push');
            }}
          />
          {withoutMerges}
        </>
      );
  }
}
