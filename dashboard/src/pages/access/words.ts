import type { Group, Role, Scope, User } from '../../api/client.ts';

export const ROLES: readonly { role: Role; name: string }[] = [
  { role: 'developer', name: 'Developer' },
  { role: 'lead', name: 'Lead' },
  { role: 'admin', name: 'Admin' },
];

export function roleName(role: Role): string {
  return ROLES.find((candidate) => candidate.role === role)?.name ?? role;
}

/** What each scope opens, in the order in which they are shown. */
export const SCOPES: readonly { scope: Scope; opens: string }[] = [
  { scope: 'metrics', opens: 'numbers of the team and its groups' },
  { scope: 'people', opens: 'rows about single people' },
  { scope: 'sync', opens: 'start syncs' },
  { scope: 'settings', opens: 'connections and settings' },
  { scope: 'audit', opens: 'the audit log' },
];

/** What a user is called; an id where their sign-in told neither name nor address. */
export function userName(user: Pick<User, 'id' | 'name' | 'email'>): string {
  return user.name ?? user.email ?? user.id;
}

/** How somebody came in. */
export function joinedWords(joinedBy: string): string {
  switch (joinedBy) {
    case 'invitation':
      return 'by invitation';
    case 'domain':
      return 'by the domain of their address';
    case 'github_organization':
      return 'by the GitHub organisation';
    default:
      return joinedBy.replaceAll('_', ' ');
  }
}

/** The names of groups; one that is gone at the vendor keeps its id. */
export function groupNames(ids: readonly string[], groups: readonly Group[]): string {
  return ids.map((id) => groups.find((group) => group.id === id)?.name ?? `${id} (gone)`).join(', ');
}

/** Whether two lists have the same entries, in whatever order. */
export function sameSet(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((entry) => other.includes(entry));
}
