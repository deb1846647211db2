import { queryOptions } from '@tanstack/react-query';
import type { Client, Erasure, Export } from './client.ts';
import { ApiError, kindOf } from './problem.ts';

/** While a job goes on. */
const POLL_MS = 3_000;

/** Whether it is still being made. */
export function isOpen({ status }: Pick<Export, 'status'>): boolean {
  return status === 'waiting' || status === 'queued' || status === 'running';
}

/** Whether it goes on by itself: not one that waits for somebody, or is over. */
export function isMoving({ status }: Pick<Erasure, 'status'>): boolean {
  return status === 'looking' || status === 'erasing';
}

/** Whether its person is still known by their own ids. */
export function isToCome({ status }: Pick<Erasure, 'status'>): boolean {
  return status === 'looking' || status === 'confirming';
}

/** Those that whoever asks may know of. */
export function exportsQuery(client: Client, teamId: string) {
  return queryOptions({
    queryKey: ['team', teamId, 'exports'],
    queryFn: ({ signal }) =>
      client.get('/api/teams/{team_id}/exports', { path: { team_id: teamId }, signal }),
    refetchInterval: (query) => (query.state.data?.exports.some(isOpen) === true ? POLL_MS : false),
  });
}

/** Where the browser fetches an export's file by itself. */
export function exportFile(teamId: string, exportId: string): string {
  return `/api/teams/${encodeURIComponent(teamId)}/exports/${encodeURIComponent(exportId)}/file`;
}

/** The request of whoever asks; null where there is none. */
export function myErasureQuery(client: Client, teamId: string) {
  return queryOptions({
    queryKey: ['team', teamId, 'my-erasure'],
    queryFn: async ({ signal }): Promise<Erasure | null> => {
      try {
        return await client.get('/api/teams/{team_id}/members/me/erasure', {
          path: { team_id: teamId },
          signal,
        });
      } catch (error) {
        if (kindOf(error) === 'no-erasure') return null;
        throw error;
      }
    },
    refetchInterval: ({ state: { data } }) => (data != null && isMoving(data) ? POLL_MS : false),
  });
}

export function erasuresQuery(client: Client, teamId: string) {
  return queryOptions({
    queryKey: ['team', teamId, 'erasures'],
    queryFn: ({ signal }) =>
      client.get('/api/teams/{team_id}/erasure', { path: { team_id: teamId }, signal }),
    refetchInterval: (query) => (query.state.data?.erasures.some(isMoving) === true ? POLL_MS : false),
  });
}

/** Fails as the API does where a fresh sign-in is needed: before the first step of what takes one for a later step. */
export async function needFreshSignIn(client: Client): Promise<void> {
  const { is_fresh } = await client.get('/api/me');
  if (is_fresh) return;
  throw new ApiError({
    status: 403,
    kind: 'fresh-sign-in',
    title: 'This takes a sign-in within the last ten minutes',
  });
}
