import { useMutation, useQueryClient, type UseQueryResult } from '@tanstack/react-query';
import type { Client, SyncRow, Team } from '../../api/client.ts';
import { isUnderWay, syncQuery } from '../../api/queries.ts';
import { Icon } from '../../components/icon.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { Instant } from '../../components/value.tsx';
import { humanDuration } from '../../format/duration.ts';
import { count, plural } from '../../format/number.ts';
import { providerName, stepName } from './data.ts';

/** How fresh the data is: one row per connection, and a way to bring it up to date. */
export function SyncPanel(props: {
  client: Client;
  team: Team;
  sync: UseQueryResult<SyncRow[]>;
  now: number;
}) {
  const { client, team, sync, now } = props;
  const cache = useQueryClient();
  const { queryKey } = syncQuery(client, team.team_id);
  const start = useMutation({
    mutationFn: () => client.post('/api/sync', { body: { team_id: team.team_id } }),
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

  if (sync.data === undefined) {
    return (
      <section className="card sync" aria-label="Sync status">
        {sync.isError ? (
          <ProblemNotice
            error={sync.error}
            what="The sync status could not be loaded"
            onRetry={() => void sync.refetch()}
          />
        ) : (
          <Skeleton height={36} />
        )}
      </section>
    );
  }

  const rows = sync.data;
  const underWay = rows.some(isUnderWay);
  if (rows.length === 0) return null;
  return (
    <section className="card sync" aria-label="Sync status">
      <ul className="sync-rows">
        {rows.map((row) => (
          <SyncStatusRow key={row.provider} row={row} timeZone={team.time_zone} now={now} />
        ))}
      </ul>
      <button
        type="button"
        className="button sync-start"
        disabled={underWay || start.isPending}
        onClick={() => {
          start.mutate();
        }}
      >
        <Icon name="sync" />
        {underWay || start.isPending ? 'Syncing…' : 'Sync now'}
      </button>
      {start.isError ? (
        <div className="sync-wide">
          <ProblemNotice error={start.error} what="The sync could not be started" />
        </div>
      ) : null}
      {sync.isError ? (
        <div className="sync-wide">
          <ProblemNotice
            error={sync.error}
            what="The sync status could not be brought up to date"
            onRetry={() => void sync.refetch()}
          />
        </div>
      ) : null}
    </section>
  );
}

/** The status in a word or two, and how much it asks for attention. */
function pill(row: SyncRow): { text: string; tone: 'good' | 'busy' | 'warn' | 'bad' | 'none' } {
  switch (row.status) {
    case 'queued':
      return { text: 'Queued', tone: 'busy' };
    case 'running':
      return { text: 'Running', tone: 'busy' };
    case 'waiting':
      return { text: 'Waiting', tone: 'warn' };
    case 'broken':
      return { text: 'Broken', tone: 'bad' };
    case 'idle':
      if (row.last_failure != null && (row.last_success == null || row.last_failure > row.last_success)) {
        return { text: 'Last run failed', tone: 'bad' };
      }
      return row.last_success == null
        ? { text: 'Not synced yet', tone: 'none' }
        : { text: 'Up to date', tone: 'good' };
  }
}

function SyncStatusRow({ row, timeZone, now }: { row: SyncRow; timeZone: string; now: number }) {
  const { text, tone } = pill(row);
  const underWay = isUnderWay(row);
  return (
    <li className="sync-row" data-provider={row.provider} data-status={row.status}>
      <div className="sync-head">
        <strong>{providerName(row.provider)}</strong>
        <span className={`pill pill-${tone}`} role="status">
          {text}
        </span>
      </div>
      <dl className="sync-facts">
        <div>
          <dt>Last success</dt>
          <dd>
            {row.last_success == null ? (
              'never'
            ) : (
              <Instant at={row.last_success} timeZone={timeZone} now={now} />
            )}
          </dd>
        </div>
        {underWay && row.started_at != null ? (
          <div>
            <dt>Started</dt>
            <dd>
              <Instant at={row.started_at} timeZone={timeZone} now={now} />
            </dd>
          </div>
        ) : null}
        {!underWay && row.next_run != null ? (
          <div>
            <dt>Next run</dt>
            <dd>
              <Instant at={row.next_run} timeZone={timeZone} now={now} />
            </dd>
          </div>
        ) : null}
        <Counts row={row} />
      </dl>
      {underWay ? <Progress row={row} timeZone={timeZone} now={now} /> : null}
      {row.last_error == null ? null : (
        <div className={row.status === 'waiting' ? 'notice notice-warn' : 'notice notice-bad'}>
          <Icon name="warning" />
          <p className="notice-body">
            {row.last_error}
            {row.last_failure == null || underWay ? null : (
              <>
                {' '}
                <Instant at={row.last_failure} timeZone={timeZone} now={now} />
              </>
            )}
          </p>
        </div>
      )}
    </li>
  );
}

function Counts({ row }: { row: SyncRow }) {
  const parts: string[] = [];
  if (row.records > 0 || row.calls > 0) parts.push(plural(row.records, 'record'), plural(row.calls, 'call'));
  if (row.quarantined > 0) parts.push(`${count(row.quarantined)} set aside`);
  if (!isUnderWay(row) && row.duration_ms != null) parts.push(`in ${humanDuration(row.duration_ms / 1000)}`);
  if (parts.length === 0) return null;
  return (
    <div>
      <dt>{isUnderWay(row) ? 'This run' : 'Last run'}</dt>
      <dd>{parts.join(', ')}</dd>
    </div>
  );
}

function Progress({ row, timeZone, now }: { row: SyncRow; timeZone: string; now: number }) {
  const progress = row.progress ?? null;
  const total = progress?.total ?? null;
  const step =
    progress === null ? (row.status === 'queued' ? 'About to start' : 'Starting') : stepName(progress.step);
  const done = progress?.done ?? 0;
  return (
    <div className="sync-progress">
      <div className="sync-progress-words">
        <span>
          {step}
          {row.status === 'waiting' && row.waiting_until != null ? (
            <>
              , goes on <Instant at={row.waiting_until} timeZone={timeZone} now={now} />
            </>
          ) : null}
        </span>
        {progress === null ? null : (
          <span>{total === null ? count(done) : `${count(done)} of ${count(total)}`}</span>
        )}
      </div>
      {total === null || total === 0 ? (
        <progress aria-label={`Progress of ${providerName(row.provider)}`} />
      ) : (
        <progress
          aria-label={`Progress of ${providerName(row.provider)}`}
          value={Math.min(done, total)}
          max={total}
        />
      )}
    </div>
  );
}
