import type { UseQueryResult } from '@tanstack/react-query';
import type { Client, SyncRow, Team } from '../api/client.ts';
import { isUnderWay, useStartSync } from '../api/queries.ts';
import { providerName } from '../api/words.ts';
import { Icon } from '../components/icon.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { Skeleton } from '../components/skeleton.tsx';
import { Counts, pill, Progress } from '../components/sync-state.tsx';
import { Instant } from '../components/value.tsx';
import { useMay } from '../session/identity.ts';

/** How fresh the data is: one row per connection, and a way to bring it up to date. */
export function SyncPanel(props: {
  client: Client;
  team: Team;
  sync: UseQueryResult<SyncRow[]>;
  now: number;
}) {
  const { client, team, sync, now } = props;
  const start = useStartSync(client, team.team_id);
  const allowed = useMay(team);

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
      {allowed('sync') ? (
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
      ) : null}
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
