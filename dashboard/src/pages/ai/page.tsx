import { useQuery } from '@tanstack/react-query';
import type { Client, Team } from '../../api/client.ts';
import { aiQuery } from '../../api/queries.ts';
import { MetricsPage, useSelected } from '../../metrics/metrics-page.tsx';
import { isFiltered } from '../../metrics/selection.ts';
import { Metrics } from './metrics.tsx';

/** AI impact: how much of a team's work is AI-assisted, and how that work differs from the rest. */
export function AiPage({ client, team }: { client: Client; team: Team }) {
  const selected = useSelected(client, team);
  const { selection, question, onSelect, now } = selected;
  const by = selection.by ?? 'combined';
  const ai = useQuery(aiQuery(client, team.team_id, question, by));
  return (
    <MetricsPage
      client={client}
      team={team}
      title="AI impact"
      selected={selected}
      answer={ai}
      merged={(answer) => answer.assisted_share.combined.n}
    >
      {(answer) => (
        <Metrics
          ai={answer}
          by={by}
          onBasis={(basis) => {
            onSelect({ ...selection, by: basis === 'combined' ? null : basis }, 'push');
          }}
          filtered={isFiltered(selection)}
          now={now}
        />
      )}
    </MetricsPage>
  );
}
