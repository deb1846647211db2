import { createContext, use } from 'react';
import type { Me, Team } from '../api/client.ts';
import { may, type Action } from '../api/may.ts';

/** Whoever is in. */
export interface Identity {
  me: Me;
  /** Asks again who that is: after changes to what they may do. */
  refresh: () => Promise<void>;
}

/** Null where nobody is in (yet). */
export const IdentityContext = createContext<Identity | null>(null);

export function useIdentity(): Identity {
  const identity = use(IdentityContext);
  if (identity === null) throw new Error('nobody is in');
  return identity;
}

/** Whether whoever is in may do something in a team. */
export function useMay(team: Team): (action: Action) => boolean {
  const { me } = useIdentity();
  return (action) => may(me, team, action);
}
