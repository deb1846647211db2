import { skipToken, useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { useSearch } from '../../address.ts';
import { auditQuery, tokensQuery, usersQuery, type AuditRange } from '../../api/account-queries.ts';
import type { Client, Team } from '../../api/client.ts';
import { groupsQuery } from '../../api/queries.ts';
import { Loaded } from '../../components/loaded.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { useNow } from '../../components/use-now.ts';
import { useMay } from '../../session/identity.ts';
import { csvOf, saveFile } from './download.ts';
import { Entries } from './entries.tsx';
import { LogFilters } from './filters.tsx';
import { actorKey, actorsIn, entriesOf, type Names } from './log.ts';
import { logSearch, parseLog, rangeOf, type LogSelection } from './selection.ts';

/** Audit log: who did and saw what in a team. */
export function AuditPage({ client, team }: { client: Client; team: Team }) {
  const [search, go] = useSearch();
  const now = useNow(0);
  const selection = parseLog(search, team.time_zone, now);
  const range = rangeOf(selection);
  const whole = logSearch(team.team_id, selection);
  useEffect(() => {
    // From then on the address says which days are shown: a copied link shows the same.
    if (whole !== window.location.search) go(whole, 'replace');
  }, [whole, go]);

  return (
    <>
      <div className="page-title">
        <h1>Audit log</h1>
        <p className="soft">
          Every change in {team.name} and every look at other people’s data, kept for 400 days.
        </p>
      </div>
      <Log
        client={client}
        team={team}
        selection={selection}
        range={range}
        now={now}
        onSelect={(next, how) => {
          go(logSearch(team.team_id, next), how);
        }}
      />
    </>
  );
}

/** Names of those who are in the log, where whoever looks may ask for them. */
function useNames(client: Client, team: Team): Names {
  const allowed = useMay(team);
  const users = useQuery({ ...usersQuery(client, team.team_id), enabled: allowed('users') });
  const tokens = useQuery({ ...tokensQuery(client, team.team_id), enabled: allowed('tokens') });
  const groups = useQuery({ ...groupsQuery(client, team.team_id), enabled: allowed('see') });
  return {
    users: users.data?.users ?? [],
    tokens: tokens.data?.tokens ?? [],
    groups: groups.data?.groups ?? [],
  };
}

function Log(props: {
  client: Client;
  team: Team;
  selection: LogSelection;
  range: AuditRange | null;
  now: number;
  onSelect: (selection: LogSelection, how: 'push' | 'replace') => void;
}) {
  const { client, team, selection, range, now, onSelect } = props;
  const names = useNames(client, team);
  const usual = auditQuery(client, team.team_id, range ?? { from: '', to: '' });
  const log = useInfiniteQuery(range === null ? { ...usual, queryFn: skipToken } : usual);
  const csv = useMutation({
    // The file may be large, and it is with whoever asked for it.
    gcTime: 0,
    mutationFn: (asked: AuditRange) => csvOf(client, team.team_id, asked),
    onSuccess: (text, asked) => {
      saveFile(`audit-${asked.from}-${asked.to}.csv`, 'text/csv', text);
    },
  });
  const pages = log.data?.pages;
  const entries = useMemo(() => entriesOf(pages ?? []), [pages]);
  const shown = entries.filter(
    (entry) =>
      (selection.actor === null || actorKey(entry) === selection.actor) &&
      (selection.kind === null || entry.kind === selection.kind),
  );
  return (
    <>
      <LogFilters
        team={team}
        selection={selection}
        actors={actorsIn(entries, names)}
        now={now}
        onSelect={onSelect}
      />
      {range === null ? null : (
        <section className="card log-card" aria-label="Entries">
          <div className="log-head">
            <p className="soft small" role="status">
              {log.data === undefined
                ? null
                : shown.length === entries.length
                  ? count(entries.length)
                  : `${shown.length} of ${count(entries.length)}`}
            </p>
            <button
              type="button"
              className="link-button"
              disabled={log.isFetching}
              onClick={() => void log.refetch()}
            >
              {log.isFetching && !log.isFetchingNextPage ? 'Reading…' : 'Read again'}
            </button>
            <button
              type="button"
              className="link-button"
              disabled={csv.isPending}
              onClick={() => {
                csv.mutate(range);
              }}
            >
              {csv.isPending ? 'Preparing…' : 'Download as CSV'}
            </button>
          </div>
          {csv.isError ? <ProblemNotice error={csv.error} what="The file was not downloaded" /> : null}
          {log.hasNextPage ? (
            <div className="notice log-more">
              <p className="notice-body">
                The log is read from its oldest entry on: there are newer ones than these.
              </p>
              <button
                type="button"
                className="button"
                disabled={log.isFetching}
                onClick={() => void log.fetchNextPage()}
              >
                {log.isFetchingNextPage ? 'Loading…' : 'Load more'}
              </button>
            </div>
          ) : null}
          <Loaded query={log} what="The log" lines={6}>
            {() => (
              <Entries
                entries={shown}
                isNarrowed={shown.length < entries.length}
                names={names}
                timeZone={team.time_zone}
                now={now}
              />
            )}
          </Loaded>
        </section>
      )}
    </>
  );
}

function count(entries: number): string {
  return entries === 1 ? '1 entry' : `${entries} entries`;
}
