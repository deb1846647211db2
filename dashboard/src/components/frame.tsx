import type { ReactNode } from 'react';
import { useSearch } from '../address.ts';
import type { Client, Team } from '../api/client.ts';
import { may } from '../api/may.ts';
import { chosenTeam } from '../api/words.ts';
import { PAGES, type Page } from '../pages/pages.ts';
import { useIdentity } from '../session/identity.ts';
import { ThemeToggle } from '../theme/theme-toggle.tsx';
import { AccountMenu } from './account-menu.tsx';
import { Logo } from './icon.tsx';
import { NoTeam, NotInATeam } from './empty.tsx';
import { PageLink } from './page-link.tsx';
import { Refused } from './refused.tsx';
import { TeamDeleted } from './team-deleted.tsx';

/** What all pages have around them: where one is, which team is shown (`?team=`), who is in, and the way out. */
export function Frame(props: {
  client: Client;
  page: Page;
  /** Teams that were deleted from here: the API may know them for some minutes more. */
  deleted: readonly Team[];
  /** What there is to say before anything else. */
  notice: ReactNode;
  onSignOut: () => void;
  children: (team: Team) => ReactNode;
}) {
  const { client, page, deleted, notice, onSignOut, children } = props;
  const { me } = useIdentity();
  const [search, go] = useSearch();
  const asked = new URLSearchParams(search);
  const named = asked.get('team')?.trim() ?? '';
  const teamId = named === '' ? null : named;
  const teams = me.teams.filter(({ team_id }) => !deleted.some((gone) => gone.team_id === team_id));
  const gone = deleted.find(({ team_id }) => team_id === teamId);
  const team = chosenTeam(teams, teamId);

  const chooseTeam = (chosen: string) => {
    // Groups, repositories and authors belong to a team: they do not go along.
    const next = new URLSearchParams({ team: chosen });
    for (const name of ['from', 'to', 'by']) {
      const value = asked.get(name);
      if (value !== null) next.set(name, value);
    }
    go(`?${next.toString()}`, 'push');
  };

  return (
    <>
      <title>{team === null ? 'Plumbline' : `${page.name} · ${team.name} · Plumbline`}</title>
      <header className="top-bar">
        <div className="top-bar-inner">
          <div className="brand">
            <Logo />
            <span>Plumbline</span>
          </div>
          <TeamSwitcher teams={teams} team={team} onChoose={chooseTeam} />
          {team === null ? null : (
            <nav className="top-nav" aria-label="Pages">
              {PAGES.filter(({ needs }) => may(me, team, needs)).map((candidate) => (
                <PageLink
                  key={candidate.path}
                  to={candidate.path}
                  team={team}
                  selection={page.hasSelection && candidate.hasSelection ? asked : undefined}
                  current={candidate.path === page.path}
                  className="top-link"
                >
                  {candidate.name}
                </PageLink>
              ))}
            </nav>
          )}
          <div className="top-bar-end">
            <ThemeToggle />
            <AccountMenu client={client} team={team} onSignOut={onSignOut} />
          </div>
        </div>
      </header>
      <main className="page">
        {notice}
        {team === null ? <h1 className="visually-hidden">{page.heading}</h1> : null}
        {team !== null ? (
          may(me, team, page.needs) ? (
            children(team)
          ) : (
            <Refused page={page} team={team} />
          )
        ) : gone !== undefined ? (
          <TeamDeleted client={client} team={gone} others={teams} onSignOut={onSignOut} />
        ) : teams.length > 0 ? (
          <div className="notice notice-warn" role="alert">
            <p className="notice-body">
              {me.kind === 'operator' ? 'There is no team' : 'You are in no team'} <code>{teamId}</code>.
              Choose one above.
            </p>
          </div>
        ) : me.kind === 'operator' ? (
          <NoTeam />
        ) : (
          <NotInATeam client={client} onSignOut={onSignOut} />
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
