import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { peopleQuery, usersQuery } from '../../api/account-queries.ts';
import type { Client, Erasure, Identities, Team, User } from '../../api/client.ts';
import { erasuresQuery, isToCome } from '../../api/privacy-queries.ts';
import { Loaded } from '../../components/loaded.tsx';
import { Part } from '../../components/part.tsx';
import { useNow } from '../../components/use-now.ts';
import { memberName } from '../access/member-field.tsx';
import { userName } from '../access/words.ts';
import { BeginErasure } from './begin-erasure.tsx';
import { ErasureRow } from './erasure-row.tsx';

/** Erasures of the team's people: begun, looked through, confirmed, and their receipts. */
export function Erasures({ client, team }: { client: Client; team: Team }) {
  const query = useQuery(erasuresQuery(client, team.team_id));
  const users = useQuery(usersQuery(client, team.team_id));
  // Every look at the people is an entry in the audit log: not before a name is to be shown.
  const hasMembers = query.data?.erasures.some((one) => isToCome(one) && one.member !== null) === true;
  const people = useQuery({ ...peopleQuery(client, team.team_id), enabled: hasMembers });
  const now = useNow(query.dataUpdatedAt);
  const cache = useQueryClient();
  const [isBeginning, setBeginning] = useState(false);
  const [said, setSaid] = useState<string | null>(null);
  const words = useRef<HTMLParagraphElement>(null);
  const { queryKey } = erasuresQuery(client, team.team_id);
  const tell = (what: string) => {
    setSaid(what);
    // What had the focus is gone.
    words.current?.focus();
  };
  const keep = async (erasure: Erasure) => {
    await cache.cancelQueries({ queryKey });
    cache.setQueryData(queryKey, (known) => {
      if (known === undefined) return known;
      const isKnown = known.erasures.some((one) => one.id === erasure.id);
      return {
        erasures: isKnown
          ? known.erasures.map((one) => (one.id === erasure.id ? erasure : one))
          : [erasure, ...known.erasures],
      };
    });
  };
  const onBegun = async (erasure: Erasure) => {
    const wasThere = query.data?.erasures.some((one) => one.id === erasure.id) === true;
    await keep(erasure);
    setBeginning(false);
    tell(
      wasThere
        ? 'It was begun before, and is in the list.'
        : 'Plumbline is looking for what would go. Nothing is changed before you confirm it.',
    );
  };

  return (
    <Part
      title="Erasures"
      intro="People who asked to be erased, and those whom an admin erases. What would go is looked up first; what is not confirmed within seven days is forgotten, unless they asked for it themselves."
    >
      <Loaded query={query} what="The erasures" lines={2}>
        {({ erasures }) =>
          erasures.length === 0 ? (
            <p className="soft small">Nobody was erased in the last 400 days, and nobody has asked for it.</p>
          ) : (
            <ul className="privacy-rows" aria-label="Erasures">
              {erasures.map((erasure) => (
                <ErasureRow
                  key={erasure.id}
                  client={client}
                  team={team}
                  erasure={erasure}
                  who={personName(erasure, people.data ?? [], users.data?.users ?? [])}
                  users={users.data?.users ?? []}
                  people={people.data ?? []}
                  now={now}
                  onConfirmed={async (confirmed, who) => {
                    await keep(confirmed);
                    tell(`${who} is being erased. It takes some minutes.`);
                  }}
                  onCancelled={async (who) => {
                    tell(`The erasure of ${who} is cancelled: nothing is erased.`);
                    await cache.invalidateQueries({ queryKey });
                  }}
                  onBegun={async (begun) => {
                    await onBegun(begun);
                    await cache.invalidateQueries({ queryKey });
                  }}
                  onRefused={() => cache.invalidateQueries({ queryKey })}
                />
              ))}
            </ul>
          )
        }
      </Loaded>
      <p className="said small" role="status" ref={words} tabIndex={-1}>
        {said}
      </p>
      <div>
        <button
          type="button"
          className="button"
          aria-expanded={isBeginning}
          onClick={() => {
            setSaid(null);
            setBeginning(!isBeginning);
          }}
        >
          Begin an erasure
        </button>
      </div>
      {isBeginning ? <BeginErasure client={client} team={team} onBegun={onBegun} /> : null}
    </Part>
  );
}

/** Whom an erasure is about. From its confirmation on there is a pseudonym alone, and it tells nothing. */
function personName(
  erasure: Erasure,
  people: Identities['members'],
  users: readonly User[],
): { name: string; pseudonym: string | null } {
  const id = erasure.member ?? erasure.users[0] ?? null;
  if (erasure.status === 'erasing' || erasure.status === 'done') {
    const name = erasure.status === 'done' ? 'An erased person' : 'Somebody who is being erased';
    return { name, pseudonym: id };
  }
  const member = people.find((one) => one.id === erasure.member);
  if (member !== undefined) return { name: memberName(member), pseudonym: null };
  const user = users.find((one) => erasure.users.includes(one.id));
  if (user !== undefined) return { name: userName(user), pseudonym: null };
  return { name: id ?? 'Accounts of one person', pseudonym: null };
}
