import { useQuery } from '@tanstack/react-query';
import type { MouseEvent, ReactNode } from 'react';
import { useSearch, visit } from '../address.ts';
import type { Client, Team } from '../api/client.ts';
import { teamsQuery } from '../api/queries.ts';
import { chosenTeam } from '../api/words.ts';
import { ThemeToggle } from '../theme/theme-toggle.tsx';
import { Logo } from './icon.tsx';
import { NoTeam } from './empty.tsx';
import { ProblemNotice } from './problem-notice.tsx';
import { PageSkeleton } from './skeleton.tsx';

const PAGES = [
  { path: '/', name: 'Delivery', heading: 'Delivery overview', hasSelection: true },
  { path: '/ai', name: 'AI impact', heading: 'AI impact', hasSelection: true },
  { path: '/surveys', name: 'Survey', heading: 'Survey', hasSelection: false },
  { path: '/connections', name: 'Connections', heading: 'Connections', hasSelection: false },
] as const;

/** What pages of metrics have in common in their addresses, besides the team. */
const SELECTION = ['from', 'to', 'group', 'repository', 'author', 'by'] as const;

type PagePath = (typeof PAGES)[number]['path'];

/** The page of an address's path; the delivery overview where there is no other. */
export function pageAt(path: string): PagePath {
  return PAGES.find((page) => page.path === path)?.path ?? '/';
}

/** What all pages have around them: where one is, which team is shown (`?team=`), and the way out. */
export function Frame(props: {
  client: Client;
  path: PagePath;
  onSignOut: () => void;
  children: (team: Team) => ReactNode;
}) {
  const { client, path, onSignOut, children } = props;
  const [search, go] = useSearch();
  const asked = new URLSearchParams(search);
  const named = asked.get('team')?.trim() ?? '';
  const teamId = named === '' ? null : named;
  const teams = useQuery(teamsQuery(client));
  const known = teams.data?.teams ?? [];
  const team = chosenTeam(known, teamId);
  const page = PAGES.find((candidate) => candidate.path === path) ?? PAGES[0];

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
          <TeamSwitcher teams={known} team={team} onChoose={chooseTeam} />
          <nav className="top-nav" aria-label="Pages">
            {PAGES.map((candidate) => (
              <PageLink
                key={candidate.path}
                to={candidate.path}
                team={team}
                selection={candidate.hasSelection ? asked : undefined}
                current={candidate.path === path}
                className="top-link"
              >
                {candidate.name}
              </PageLink>
            ))}
          </nav>
          <div className="top-bar-end">
            <ThemeToggle />
            <button type="button" className="button" onClick={onSignOut}>
              Sign out
            </button>
          </div>
        </div>
      </header>
      <main className="page">
        {team === null ? <h1 className="visually-hidden">{page.heading}</h1> : null}
        {teams.isPending ? (
          <PageSkeleton />
        ) : teams.data === undefined ? (
          <ProblemNotice
            error={teams.error}
            what="The teams could not be loaded"
            onRetry={() => void teams.refetch()}
          />
        ) : known.length === 0 ? (
          <NoTeam onCheck={() => void teams.refetch()} checking={teams.isFetching} />
        ) : team === null ? (
          <div className="notice notice-warn" role="alert">
            <p className="notice-body">
              There is no team <code>{teamId}</code>. Choose one above.
            </p>
          </div>
        ) : (
          children(team)
        )}
      </main>
    </>
  );
}

/** A link to another page about the same team, without loading the application again. */
export function PageLink(props: {
  to: PagePath;
  team: Team | null;
  /** The present address's query, where the other page looks at the same days and filters. */
  selection?: URLSearchParams | undefined;
  current?: boolean;
  className: string;
  children: ReactNode;
}) {
  const { to, team, selection, current = false, className, children } = props;
  const query = new URLSearchParams(team === null ? {} : { team: team.team_id });
  for (const name of SELECTION) {
    const value = selection?.get(name);
    if (team !== null && value != null) query.set(name, value);
  }
  const address = team === null ? to : `${to}?${query.toString()}`;
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
