import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { usersQuery } from '../../api/account-queries.ts';
import type { Client, Group, Issuer, Team, User } from '../../api/client.ts';
import { UserRow } from './user-row.tsx';
import { userName } from './words.ts';

export function Users(props: {
  client: Client;
  team: Team;
  users: readonly User[];
  groups: readonly Group[];
  issuers: readonly Issuer[];
  now: number;
}) {
  const { client, team, users, groups, issuers, now } = props;
  const cache = useQueryClient();
  const [said, setSaid] = useState<string | null>(null);
  const words = useRef<HTMLParagraphElement>(null);
  const { queryKey } = usersQuery(client, team.team_id);
  return (
    <>
      {users.length === 0 ? (
        <p className="soft">Nobody yet: the operator’s token alone opens this team. Invite somebody below.</p>
      ) : (
        <ul className="access-rows" aria-label="People">
          {users.map((user) => (
            <UserRow
              key={user.id}
              client={client}
              team={team}
              user={user}
              groups={groups}
              issuer={issuers.find((issuer) => issuer.id === user.issuer)?.name ?? user.issuer}
              now={now}
              onChanged={(changed) => {
                setSaid(`${userName(changed)} is changed.`);
                cache.setQueryData(
                  queryKey,
                  (known) =>
                    known && {
                      ...known,
                      users: known.users.map((one) => (one.id === changed.id ? changed : one)),
                    },
                );
              }}
              onRemoved={() => {
                setSaid(`${userName(user)} is let in no more.`);
                // The row goes, and what had the focus with it.
                words.current?.focus();
                return cache.invalidateQueries({ queryKey });
              }}
            />
          ))}
        </ul>
      )}
      <p className="said small" role="status" ref={words} tabIndex={-1}>
        {said}
      </p>
    </>
  );
}
