import { useQuery } from '@tanstack/react-query';
import { useId } from 'react';
import { peopleQuery } from '../../api/account-queries.ts';
import type { Client, Identities, Team } from '../../api/client.ts';
import { Loaded } from '../../components/loaded.tsx';

/** Which of the team's people somebody is: their accounts and address say it, unless an admin does. */
export function MemberField(props: {
  client: Client;
  team: Team;
  name: string;
  /** Empty: whoever their accounts and address say. */
  value: string;
  onChange: (member: string) => void;
}) {
  const { client, team, name, value, onChange } = props;
  const id = useId();
  const people = useQuery(peopleQuery(client, team.team_id));
  return (
    <Loaded query={people} what="The team’s people" lines={1}>
      {(members) => (
        <div className="field">
          <label className="field-label" htmlFor={id}>
            Which of the team’s people {name} is
          </label>
          <select
            id={id}
            className="select access-member"
            value={value}
            onChange={(event) => {
              onChange(event.target.value);
            }}
          >
            <option value="">Whoever their accounts and address say</option>
            {[...members]
              .map((member) => [member.id, memberName(member)] as const)
              .sort(([, a], [, b]) => a.localeCompare(b))
              .map(([member, text]) => (
                <option key={member} value={member}>
                  {text}
                </option>
              ))}
          </select>
          <p className="soft small">It decides which surveys and numbers are their own.</p>
        </div>
      )}
    </Loaded>
  );
}

/** A member's name, with the accounts that tell it from another of the same name. */
export function memberName(member: Identities['members'][number]): string {
  const accounts = member.accounts.map(({ account, login }) => login ?? account);
  return `${member.name ?? member.id} (${accounts.join(', ')})`;
}
