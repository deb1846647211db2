import {
  keepPreviousData,
  MutationCache,
  QueryCache,
  QueryClient,
  queryOptions,
  skipToken,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query';
import type { AiBasis, Client, Provider, SyncRow } from './client.ts';
import { ApiError } from './problem.ts';

/** While a run moves. */
const POLL_MS = 2_000;
/** The longest pause while a run waits for a vendor's limit, which may take an hour. */
const WAITING_POLL_MS = 15_000;

export interface MetricsQuestion {
  from: string;
  to: string;
  group: string | null;
  repository: string | null;
  author: string | null;
}

/** The longest that a call waits by itself when there were too many. */
const LONGEST_PAUSE_S = 60;

/** What the client did wrong stays wrong; a lost connection, a failing server and too many calls get one more try. */
function isToBeTriedAgain(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false;
  if (error.status === 429) return (error.retryAfter ?? 1) <= LONGEST_PAUSE_S;
  return error.status === null || error.status >= 500;
}

/** A refused credential ends the session wherever it is noticed. */
export function createQueryClient(onUnauthorized: () => void): QueryClient {
  const onError = (error: unknown) => {
    if (error instanceof ApiError && error.status === 401) onUnauthorized();
  };
  return new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        retry: (failures, error) => failures < 1 && isToBeTriedAgain(error),
        retryDelay: (_, error) =>
          error instanceof ApiError && error.status === 429 ? (error.retryAfter ?? 1) * 1_000 : 500,
      },
      mutations: { retry: false },
    },
  });
}

/** Whole teams with their people: noted in the audit log, so asked for only where they are needed. */
export function teamsQuery(client: Client) {
  return queryOptions({
    queryKey: ['teams'],
    queryFn: ({ signal }) => client.get('/api/teams', { signal }),
    refetchOnWindowFocus: false,
  });
}

export function groupsQuery(client: Client, teamId: string) {
  return queryOptions({
    queryKey: ['team', teamId, 'groups'],
    queryFn: ({ signal }) => client.get('/api/teams/{team_id}/groups', { path: { team_id: teamId }, signal }),
  });
}

export function repositoriesQuery(client: Client, teamId: string) {
  return queryOptions({
    queryKey: ['team', teamId, 'repositories'],
    queryFn: ({ signal }) =>
      client.get('/api/teams/{team_id}/repositories', { path: { team_id: teamId }, signal }),
  });
}

export function connectionsQuery(client: Client, teamId: string) {
  return queryOptions({
    queryKey: ['connections', teamId],
    queryFn: ({ signal }) =>
      client.get('/api/teams/{team_id}/connections', { path: { team_id: teamId }, signal }),
  });
}

export function isUnderWay(row: Pick<SyncRow, 'status'>): boolean {
  return row.status === 'queued' || row.status === 'running' || row.status === 'waiting';
}

/** How soon to ask again: not at all unless a run is under way, and less often while all that is under way waits. */
export function pollInterval(rows: readonly SyncRow[], now: number): number | false {
  const underWay = rows.filter(isUnderWay);
  if (underWay.length === 0) return false;
  const pauses = underWay.map((row) => {
    if (row.status !== 'waiting' || row.waiting_until == null) return POLL_MS;
    return Math.min(Math.max(Date.parse(row.waiting_until) - now, POLL_MS), WAITING_POLL_MS);
  });
  return Math.min(...pauses);
}

export function syncQuery(client: Client, teamId: string) {
  return queryOptions({
    queryKey: ['sync', teamId],
    queryFn: ({ signal }) => client.get('/api/sync', { query: { team_id: teamId }, signal }),
    staleTime: 0,
    refetchInterval: (query) => pollInterval(query.state.data ?? [], Date.now()),
  });
}

/** Starts the sync of all connections of a team, or of one. */
export function useStartSync(client: Client, teamId: string, provider?: Provider) {
  const cache = useQueryClient();
  const { queryKey } = syncQuery(client, teamId);
  return useMutation({
    mutationFn: () =>
      client.post('/api/sync', {
        body: { team_id: teamId, ...(provider === undefined ? {} : { providers: [provider] }) },
      }),
    onSuccess: (started) => {
      // A started run is under way by definition: showing it at once also starts the polling.
      cache.setQueryData(queryKey, (rows) =>
        rows?.map((row) => {
          const run = started.runs.find((candidate) => candidate.provider === row.provider);
          return run === undefined || isUnderWay(row)
            ? row
            : { ...row, status: 'queued' as const, run_id: run.run_id, progress: null, waiting_until: null };
        }),
      );
    },
    onSettled: () => cache.invalidateQueries({ queryKey }),
  });
}

/** What the address asks, without the filters that are not set. */
function paramsOf({ from, to, group, repository, author }: MetricsQuestion) {
  return {
    from,
    to,
    ...(group === null ? {} : { group }),
    ...(repository === null ? {} : { repository }),
    ...(author === null ? {} : { author }),
  };
}

/** Without a question there is nothing to ask: the query rests. */
export function deliveryQuery(client: Client, teamId: string, question: MetricsQuestion | null) {
  return queryOptions({
    queryKey: ['team', teamId, 'delivery', question],
    queryFn:
      question === null
        ? skipToken
        : ({ signal }) =>
            client.get('/api/teams/{team_id}/metrics/delivery', {
              path: { team_id: teamId },
              query: paramsOf(question),
              signal,
            }),
    placeholderData: keepPreviousData,
  });
}

export function aiQuery(client: Client, teamId: string, question: MetricsQuestion | null, by: AiBasis) {
  return queryOptions({
    queryKey: ['team', teamId, 'ai', question, by],
    queryFn:
      question === null
        ? skipToken
        : ({ signal }) =>
            client.get('/api/teams/{team_id}/metrics/ai', {
              path: { team_id: teamId },
              query: { ...paramsOf(question), by },
              signal,
            }),
    placeholderData: keepPreviousData,
  });
}

export function surveySettingsQuery(client: Client, teamId: string) {
  return queryOptions({
    queryKey: ['team', teamId, 'survey-settings'],
    queryFn: ({ signal }) =>
      client.get('/api/teams/{team_id}/survey-settings', { path: { team_id: teamId }, signal }),
  });
}
