import type { MouseEvent, ReactNode } from 'react';
import { visit } from '../address.ts';
import type { Team } from '../api/client.ts';
import type { PagePath } from '../pages/pages.ts';
import { isPlainClick } from './plain-click.ts';

/** What pages of metrics have in common in their addresses, besides the team. */
const SELECTION = ['from', 'to', 'group', 'repository', 'author', 'by'] as const;

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
    if (!isPlainClick(event)) return;
    event.preventDefault();
    visit(address, 'push');
  };
  return (
    <a href={address} className={className} aria-current={current ? 'page' : undefined} onClick={onClick}>
      {children}
    </a>
  );
}
