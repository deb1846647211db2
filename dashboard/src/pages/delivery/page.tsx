import { useQuery } from '@tanstack/react-query';
import { useCallback } from 'react';
import type { Client, Team } from '../../api/client.ts';
import { teamsQuery } from '../../api/queries.ts';
import { Logo } from '../../components/icon.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { PageSkeleton } from '../../components/skeleton.tsx';
import { ThemeToggle } from '../../theme/theme-toggle.tsx';
import { useAddress } from './address.ts';
import { chosenTeam } from './data.ts';
import { NoTeam } from './empty.tsx';
import { parseSelection, selectionSearch, type Selection } from './selection.ts';
import { TeamDelivery } from './team-delivery.tsx';

/** Delivery overview: how work flows through one team. */
export function DeliveryPage({ client, onSignOut }: { client: Client; onSignOut: () => void }) {
  const [search, go] = useAddress();
  const selection = parseSelection(search);
  const select = useCallback(
    (next: Selection, how: 'push' | 'replace') => {
      go(selectionSearch(next), how);
    },
    [go],
  );
  const teams = useQuery(teamsQuery(client));
  const team = chosenTeam(teams.data?.teams ?? [], selection.team);

  const chooseTeam = (teamId: string) => {
    // Groups, repositories and authors belong to a team: only the dates go along.
    select({ ...selection, team: teamId, group: null, repository: null, author: null }, 'push');
  };

  return (
    <>
      <title>{team === null ? 'Plumbline' : `Delivery · ${team.name} · Plumbline`}</title>
      <header className="top-bar">
        <div className="top-bar-inner">
          <div className="brand">
            <Logo />
            <span>Plumbline</span>
          </div>
          <TeamSwitcher teams={teams.data?.teams ?? []} team={team} onChoose={chooseTeam} />
          <div className="top-bar-end">
            <ThemeToggle />
            <button type="button" className="button" onClick={onSignOut}>
              Sign out
            </button>
          </div>
        </div>
      </header>
      <main className="page">
        {team === null ? <h1 className="visually-hidden">Delivery overview</h1> : null}
        {teams.isPending ? (
          <PageSkeleton />
        ) : teams.data === undefined ? (
          <ProblemNotice
            error={teams.error}
            what="The teams could not be loaded"
            onRetry={() => void teams.refetch()}
          />
        ) : teams.data.teams.length === 0 ? (
          <NoTeam onCheck={() => void teams.refetch()} checking={teams.isFetching} />
        ) : team === null ? (
          <div className="notice notice-warn" role="alert">
            <p className="notice-body">
              There is no team <code>{selection.team}</code>. Choose one above.
            </p>
          </div>
        ) : (
          <TeamDelivery
            key={team.team_id}
            client={client}
            team={team}
            selection={{ ...selection, team: team.team_id }}
            onSelect={select}
          />
        )}
      </main>
    </>
  );
}

function TeamSwitcher(props: {
  teams: readonly Team[];
  team: Team | null;
  onChoose: (teamId: string) => void;
}) {
  const { teams, team, onChoose } = props;
  if (teams.length === 0) return null;
  return (
    <label className="team-switcher">
      <span className="visually-hidden">Team</span>
      <select
        className="select"
        value={team?.team_id ?? ''}
        onChange={(event) => {
          onChoose(event.target.value);
        }}
      >
        {team === null ? (
          <option value="" disabled>
            Choose a team
          </option>
        ) : null}
        {teams.map((choice) => (
          <option key={choice.team_id} value={choice.team_id}>
            {choice.name}
          </option>
        ))}
      </select>
    </label>
  );
}
