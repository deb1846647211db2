import type { SyncRow } from '../api/client.ts';

/** A connection that was never synced. */
export const idleRow: SyncRow = {
  provider: 'github',
  status: 'idle',
  run_id: null,
  progress: null,
  started_at: null,
  last_success: null,
  last_failure: null,
  last_error: null,
  notice: null,
  waiting_until: null,
  records: 0,
  quarantined: 0,
  calls: 0,
  duration_ms: null,
  next_run: null,
};
