import type { Me, Team } from './client.ts';

/** What somebody wants to do in a team, as far as it shows in the dashboard. */
export type Action =
  'see' | 'answer' | 'export' | 'sync' | 'configure' | 'users' | 'tokens' | 'audit' | 'erase';

/** The scope that a token needs; null: no token may do that. */
const SCOPES: Record<Action, string | null> = {
  see: 'metrics',
  answer: null,
  export: null,
  sync: 'sync',
  configure: 'settings',
  users: null,
  tokens: null,
  audit: 'audit',
  erase: null,
};

/** Whether the API would let them: so that nobody is offered what is refused. The API decides, whatever this says. */
export function may(me: Me, team: Team, action: Action): boolean {
  switch (me.kind) {
    case 'operator':
      return action !== 'answer';
    case 'token': {
      const scope = SCOPES[action];
      return scope !== null && team.scopes.includes(scope);
    }
    case 'user':
      return action === 'see' || action === 'answer' || action === 'export' || team.role === 'admin';
  }
}

const ROLES: Record<string, string> = { developer: 'Developer', lead: 'Lead', admin: 'Admin' };

/** What somebody is in a team, in words. */
export function roleWords(me: Me, team: Team): string {
  if (me.kind === 'operator') return 'Operator';
  if (me.kind === 'token') return 'API token';
  return ROLES[team.role ?? ''] ?? team.role ?? 'Guest';
}
