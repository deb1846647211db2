import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { Client, Identities, TextPage } from './client.ts';

export function meQuery(client: Client) {
  return queryOptions({
    queryKey: ['me'],
    queryFn: ({ signal }) => client.get('/api/me', { signal }),
    // Another tab may have signed out, or in as somebody else: the cookie is the browser's.
    refetchOnWindowFocus: 'always',
  });
}

/** Whoever they are to others; the same for everybody, and asked for before anybody is known. */
export function issuersQuery(client: Client) {
  return queryOptions({
    queryKey: ['issuers'],
    queryFn: ({ signal }) => client.get('/auth/issuers', { signal }),
    staleTime: Infinity,
  });
}

export function usersQuery(client: Client, teamId: string) {
  return queryOptions({
    queryKey: ['team', teamId, 'users'],
    queryFn: ({ signal }) => client.get('/api/teams/{team_id}/users', { path: { team_id: teamId }, signal }),
    // Every look at them is an entry in the audit log.
    refetchOnWindowFocus: false,
  });
}

/** The most members that the API puts into a page. */
const MEMBERS = 1_000;

/** All of a team's people, however many pages they are. */
export function peopleQuery(client: Client, teamId: string) {
  return queryOptions({
    queryKey: ['team', teamId, 'people'],
    queryFn: async ({ signal }) => {
      const members: Identities['members'] = [];
      let after: string | null = null;
      do {
        const page: Identities = await client.get('/api/teams/{team_id}/identities', {
          path: { team_id: teamId },
          query: { limit: MEMBERS, ...(after === null ? {} : { after }) },
          signal,
        });
        members.push(...page.members);
        after = page.next;
      } while (after !== null);
      return members;
    },
    refetchOnWindowFocus: false,
  });
}

export function tokensQuery(client: Client, teamId: string) {
  return queryOptions({
    queryKey: ['team', teamId, 'tokens'],
    queryFn: ({ signal }) => client.get('/api/teams/{team_id}/tokens', { path: { team_id: teamId }, signal }),
  });
}

export interface AuditRange {
  from: string;
  to: string;
}

export function auditQuery(client: Client, teamId: string, range: AuditRange) {
  return infiniteQueryOptions({
    queryKey: ['audit', teamId, range],
    queryFn: ({ signal, pageParam }): Promise<TextPage> =>
      pageParam === null
        ? client.text('/api/teams/{team_id}/audit', {
            path: { team_id: teamId },
            query: { format: 'ndjson', ...range },
            signal,
          })
        : client.follow(pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    // Every look at the log is an entry in it.
    refetchOnWindowFocus: false,
  });
}

export function mySurveysQuery(client: Client, teamId: string) {
  return queryOptions({
    queryKey: ['team', teamId, 'my-surveys'],
    queryFn: ({ signal }) =>
      client.get('/api/teams/{team_id}/surveys', { path: { team_id: teamId }, signal }),
  });
}

export function membershipQuery(client: Client, teamId: string) {
  return queryOptions({
    queryKey: ['team', teamId, 'me'],
    queryFn: ({ signal }) =>
      client.get('/api/teams/{team_id}/members/me', { path: { team_id: teamId }, signal }),
  });
}
