import type { SyncRow } from '../api/client.ts';

/** What a page of metrics can show; each but `metrics` says what to do next. */
export type Stage = 'no-connection' | 'first-sync' | 'never-synced' | 'no-merges' | 'metrics';

/** Metrics go first: webhooks bring pull requests before any sync did, and a removed connection leaves its facts. */
export function stageOf(merged: number, rows: readonly SyncRow[] | undefined): Stage {
  if (merged > 0) return 'metrics';
  if (rows === undefined) return 'no-merges';
  if (rows.length === 0) return 'no-connection';
  if (rows.every((row) => row.last_success == null)) {
    return rows.some((row) => row.status === 'queued' || row.status === 'running' || row.status === 'waiting')
      ? 'first-sync'
      : 'never-synced';
  }
  return 'no-merges';
}
