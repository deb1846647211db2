import { useQuery } from '@tanstack/react-query';
import type { Client, Team } from '../../api/client.ts';
import { deliveryQuery } from '../../api/queries.ts';
import { MetricsPage, useSelected } from '../../metrics/metrics-page.tsx';
import { BotList } from './breakdown.tsx';
import { Metrics } from './metrics.tsx';

/** Delivery overview: how work flows through one team. */
export function DeliveryPage({ client, team }: { client: Client; team: Team }) {
  const selected = useSelected(client, team);
  const delivery = useQuery(deliveryQuery(client, team.team_id, selected.question));
  return (
    <MetricsPage
      client={client}
      team={team}
      title="Delivery overview"
      selected={selected}
      answer={delivery}
      merged={(answer) => answer.throughput.merged}
      withoutMerges={({ bots }) => (bots.length === 0 ? null : <BotList bots={bots} />)}
    >
      {(answer) => <Metrics delivery={answer} now={selected.now} />}
    </MetricsPage>
  );
}
