import type { ApiToken, Group, TextPage, User } from '../../api/client.ts';
import { providerName } from '../../api/words.ts';
import { userName } from '../access/words.ts';

/** A line of the log. */
export interface Entry {
  at: string;
  request_id: string;
  actor: string;
  actor_id: string | null;
  kind: string;
  action: string;
  about: string | null;
  from: string | null;
  /** Null: it broke off. */
  status: number | null;
}

/** The entries of all pages, the newest first. Pages come the oldest first. */
export function entriesOf(pages: readonly TextPage[]): Entry[] {
  const lines = pages.flatMap((page) => page.text.split('\n')).filter((line) => line !== '');
  // The shape is the server's promise: its columns are a part of the API's description.
  return lines.map((line) => JSON.parse(line) as Entry).reverse();
}

/** What ids stand for, as far as that is known. */
export interface Names {
  users: readonly User[];
  tokens: readonly ApiToken[];
  groups: readonly Group[];
}

export function actorName(entry: Pick<Entry, 'actor' | 'actor_id'>, names: Names): string {
  const { actor, actor_id: id } = entry;
  if (actor === 'operator') return 'Operator';
  if (id === null) return actor;
  return nameOf(actor, id, names) ?? `${actor} ${id}`;
}

function nameOf(kind: string, id: string, names: Names): string | null {
  switch (kind) {
    case 'user': {
      const user = names.users.find((candidate) => candidate.id === id);
      return user === undefined ? null : userName(user);
    }
    case 'token': {
      const token = names.tokens.find((candidate) => candidate.id === id);
      return token === undefined ? null : `token “${token.name}”`;
    }
    case 'group': {
      const group = names.groups.find((candidate) => candidate.id === id);
      return group === undefined ? null : `group ${group.name}`;
    }
    case 'connection':
      return providerName(id);
    default:
      return null;
  }
}

/** What it was about: `user:u_1; everybody` with the names that are known. */
export function aboutWords(about: string, names: Names): string {
  return about
    .split('; ')
    .map((part) => {
      const colon = part.indexOf(':');
      return (colon < 0 ? null : nameOf(part.slice(0, colon), part.slice(colon + 1), names)) ?? part;
    })
    .join(', ');
}

/** Whoever did something, as a value that can be chosen. */
export function actorKey(entry: Pick<Entry, 'actor' | 'actor_id'>): string {
  return entry.actor_id === null ? entry.actor : `${entry.actor}:${entry.actor_id}`;
}

/** Everybody who is in the entries, by name. */
export function actorsIn(entries: readonly Entry[], names: Names): [key: string, name: string][] {
  const found = new Map(entries.map((entry) => [actorKey(entry), actorName(entry, names)]));
  return [...found].sort(([, a], [, b]) => a.localeCompare(b));
}

const TEAM = '/api/teams/{team_id}';

/** What was done, in words; what is newer than this page shows as the API has it. */
const ACTIONS: Record<string, string> = {
  'GET /api/teams': 'Read the team with its people',
  'POST /api/teams': 'Made the team',
  [`PATCH ${TEAM}`]: 'Changed the team',
  [`PATCH ${TEAM}/members/me`]: 'Opted in to surveys or out of them',
  [`GET ${TEAM}/users`]: 'Read who may sign in',
  [`PATCH ${TEAM}/users/{user_id}`]: 'Changed a user',
  [`DELETE ${TEAM}/users/{user_id}`]: 'Removed a user',
  [`POST ${TEAM}/invitations`]: 'Invited somebody',
  [`DELETE ${TEAM}/invitations/{invitation_id}`]: 'Withdrew an invitation',
  [`POST ${TEAM}/tokens`]: 'Made an API token',
  [`POST ${TEAM}/tokens/{token_id}/rotate`]: 'Rotated an API token',
  [`DELETE ${TEAM}/tokens/{token_id}`]: 'Revoked an API token',
  [`GET ${TEAM}/audit`]: 'Read the audit log',
  [`PUT ${TEAM}/connections/{provider}`]: 'Connected a vendor',
  [`DELETE ${TEAM}/connections/{provider}`]: 'Disconnected a vendor',
  [`POST ${TEAM}/connections/{provider}/test`]: 'Tested a connection',
  'POST /api/sync': 'Started a sync',
  [`GET ${TEAM}/identities`]: 'Read who is who',
  [`POST ${TEAM}/identities`]: 'Decided who is who',
  [`GET ${TEAM}/metrics/delivery`]: 'Read delivery metrics',
  [`GET ${TEAM}/metrics/jira`]: 'Read Jira metrics',
  [`GET ${TEAM}/metrics/copilot`]: 'Read Copilot metrics',
  [`GET ${TEAM}/metrics/ai`]: 'Read AI impact',
  [`PUT ${TEAM}/survey-settings`]: 'Changed the survey’s settings',
  [`POST ${TEAM}/surveys`]: 'Answered a survey',
  [`GET ${TEAM}/export/{kind}`]: 'Exported rows',
  [`POST ${TEAM}/exports`]: 'Asked for an export',
  [`GET ${TEAM}/exports/{export_id}/file`]: 'Downloaded an export',
  [`DELETE ${TEAM}/exports/{export_id}`]: 'Removed an export',
  [`POST ${TEAM}/members/me/erasure`]: 'Asked for their own erasure',
  [`DELETE ${TEAM}/members/me/erasure`]: 'Took their request for erasure back',
  [`POST ${TEAM}/erasure`]: 'Began an erasure',
  [`POST ${TEAM}/erasure/{erasure_id}/confirm`]: 'Confirmed an erasure',
  [`DELETE ${TEAM}/erasure/{erasure_id}`]: 'Cancelled an erasure',
  [`DELETE ${TEAM}`]: 'Deleted the team',
};

export function actionWords(action: string): string {
  return ACTIONS[action] ?? action;
}
