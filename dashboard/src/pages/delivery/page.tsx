import { useCallback } from 'react';
import { useSearch } from '../../address.ts';
import type { Client, Team } from '../../api/client.ts';
import { parseSelection, selectionSearch, type Selection } from './selection.ts';
import { TeamDelivery } from './team-delivery.tsx';

/** Delivery overview: how work flows through one team. */
export function DeliveryPage({ client, team }: { client: Client; team: Team }) {
  const [search, go] = useSearch();
  const select = useCallback(
    (next: Selection, how: 'push' | 'replace') => {
      go(selectionSearch(next), how);
    },
    [go],
  );
  return (
    <TeamDelivery
      key={team.team_id}
      client={client}
      team={team}
      selection={{ ...parseSelection(search), team: team.team_id }}
      onSelect={select}
    />
  );
}
