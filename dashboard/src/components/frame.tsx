import type { MouseEvent, ReactNode } from 'react';
import { useSearch, visit } from '../address.ts';
import type { Client, Team } from '../api/client.ts';
import { may } from '../api/may.ts';
import { chosenTeam } from '../api/words.ts';
import { PAGES, type Page, type PagePath } from '../pages/pages.ts';
import { useIdentity } from '../session/identity.ts';
import { ThemeToggle } from '../theme/theme-toggle.tsx';
import { AccountMenu } from './account-menu.tsx';
import { Logo } from './icon.tsx';
import { NoTeam, NotInATeam } from './empty.tsx';
import { Refused } from './refused.tsx';

/** What pages of metrics have in common in their addresses, besides the team. */
const SELECTION = ['from', 'to', 'group', 'repository', 'author', 'by'] as const;

/** What all pages have around them: where one is, which team is shown (`?team=`), who is in, and the way out. */
export function Frame(props: {
  client: Client;
  page: Page;
  /** What there is to say before anything else. */
  notice: ReactNode;
  onSignOut: () => void;
  children: (team: Team) => ReactNode;
}) {
  const { client, page, notice, onSignOut, children } = props;
  const { me } = useIdentity();
  const [search, go] = useSearch();
  const asked = new URLSearchParams(search);
  const named = asked.get('team')?.trim() ?? '';
  const teamId = named === '' ? null : named;
  const team = chosenTeam(me.teams, teamId);

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
          <TeamSwitcher teams={me.teams} team={team} onChoose={chooseTeam} />
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
        ) : me.teams.length > 0 ? (
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

/** A link to another page about the same team, without loading the application again. */
export function PageLink(props: {
  to: PagePath;
  team: Team;
  /** The present address's query, where the other page looks at the same days and filters. */
  selection?: URLSearchParams | undefined;
  current?: boolean;
  className: string;
  children: ReactNode;
}) {
  const { to, team, selection, current = false, className, children } = props;
  const query = new URLSearchParams({ team: team.team_id });
  for (const name of SELECTION) {
    const value = selection?.get(name);
    if (value != null) query.set(name, value);
  }
  const address = `${to}?${query.toString()}`;
  const onClick = (event: MouseEvent) => {
    // Whoever wants it in another tab or window gets it there.
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    visit(address, 'push');
  };
  return (
    <a href={address} className={className} aria-current={current ? 'page' : undefined} onClick={onClick}>
      {children}
    </a>
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
