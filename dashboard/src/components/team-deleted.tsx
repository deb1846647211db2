import { useEffect, useId, useRef } from 'react';
import type { Client, Team } from '../api/client.ts';
import { SignOutButtons } from './account-menu.tsx';
import { PageLink } from './page-link.tsx';

/** In place of a team's pages, once it is being deleted: what happens, and where to go. */
export function TeamDeleted(props: {
  client: Client;
  team: Team;
  others: readonly Team[];
  onSignOut: () => void;
}) {
  const { client, team, others, onSignOut } = props;
  const id = useId();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    // What had the focus is gone.
    heading.current?.focus();
  }, [team.team_id]);
  return (
    <section className="card empty" aria-labelledby={id}>
      <h2 id={id} ref={heading} tabIndex={-1}>
        {team.name} is being deleted
      </h2>
      <p>
        Its connections are removed. Everything else of it goes within minutes, whether you stay on this page
        or not.
      </p>
      {others.length === 0 ? (
        <>
          <p className="soft">You are in no other team.</p>
          <div className="empty-actions">
            <SignOutButtons client={client} onSignOut={onSignOut} />
          </div>
        </>
      ) : (
        <ul className="empty-actions" aria-label="Your other teams">
          {others.map((other) => (
            <li key={other.team_id}>
              <PageLink to="/" team={other} className="button">
                Go to {other.name}
              </PageLink>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
