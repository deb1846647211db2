import { expect, test } from 'vitest';
import { idleRow } from '../test/idle-row.ts';
import { stageOf } from './stage.ts';

test.each([
  [12, [], 'metrics'],
  [0, undefined, 'no-merges'],
  [0, [], 'no-connection'],
  [0, [idleRow], 'never-synced'],
  [0, [{ ...idleRow, status: 'running' as const }], 'first-sync'],
  [0, [{ ...idleRow, last_success: '2026-11-22T11:00:00.000Z' }], 'no-merges'],
])('%d merged, connections %j: %s', (merged, rows, stage) => {
  expect(stageOf(merged, rows)).toBe(stage);
});
