import type { SyncRow } from '../api/client.ts';
import { isUnderWay } from '../api/queries.ts';
import { providerName, stepName } from '../api/words.ts';
import { humanDuration } from '../format/duration.ts';
import { count, plural } from '../format/number.ts';
import { Instant } from './value.tsx';

export type Tone = 'good' | 'busy' | 'warn' | 'bad' | 'none';

/** The status in a word or two, and how much it asks for attention. */
export function pill(row: SyncRow): { text: string; tone: Tone } {
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

export function Counts({ row }: { row: SyncRow }) {
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

export function Progress({ row, timeZone, now }: { row: SyncRow; timeZone: string; now: number }) {
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
