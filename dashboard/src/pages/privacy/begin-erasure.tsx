import { useMutation, useQuery } from '@tanstack/react-query';
import { useId, useRef, useState, type SubmitEvent } from 'react';
import { peopleQuery, usersQuery } from '../../api/account-queries.ts';
import type { Client, Erasure, Identities, NewErasure, Team, User } from '../../api/client.ts';
import { Loaded } from '../../components/loaded.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { memberName } from '../access/member-field.tsx';
import { userName } from '../access/words.ts';

/** Whom to erase: one of the team's people, or somebody who only signs in. */
export function BeginErasure(props: {
  client: Client;
  team: Team;
  onBegun: (erasure: Erasure) => Promise<void>;
}) {
  const { client, team, onBegun } = props;
  const people = useQuery(peopleQuery(client, team.team_id));
  const users = useQuery(usersQuery(client, team.team_id));
  return (
    <div className="panel">
      <Loaded query={people} what="The team’s people" lines={1}>
        {(members) => (
          <Loaded query={users} what="Who signs in" lines={1}>
            {(answer) => (
              <Whom client={client} team={team} members={members} users={answer.users} onBegun={onBegun} />
            )}
          </Loaded>
        )}
      </Loaded>
    </div>
  );
}

function Whom(props: {
  client: Client;
  team: Team;
  members: Identities['members'];
  users: readonly User[];
  onBegun: (erasure: Erasure) => Promise<void>;
}) {
  const { client, team, members, users, onBegun } = props;
  const id = useId();
  const [chosen, setChosen] = useState('');
  const [isMissing, setMissing] = useState(false);
  const field = useRef<HTMLSelectElement>(null);
  const begin = useMutation({
    mutationFn: (body: NewErasure) =>
      client.post('/api/teams/{team_id}/erasure', { path: { team_id: team.team_id }, body }),
    onSuccess: onBegun,
  });
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    setMissing(chosen === '');
    if (chosen === '') field.current?.focus();
    else begin.mutate(bodyOf(chosen));
  };
  return (
    <form className="privacy-form" aria-label="Begin an erasure" noValidate onSubmit={onSubmit}>
      <div className="field privacy-field">
        <label className="field-label" htmlFor={id}>
          Whom to erase
        </label>
        <select
          ref={field}
          id={id}
          className="select"
          required
          value={chosen}
          aria-invalid={isMissing}
          aria-describedby={isMissing ? `${id}-problem ${id}-hint` : `${id}-hint`}
          onChange={(event) => {
            setChosen(event.target.value);
            setMissing(false);
            begin.reset();
          }}
        >
          <option value="">Choose somebody</option>
          <optgroup label="The team’s people">
            {sorted(members.map((member) => [`member:${member.id}`, memberName(member)])).map(
              ([value, text]) => (
                <option key={value} value={value}>
                  {text}
                </option>
              ),
            )}
          </optgroup>
          <optgroup label="Who signs in">
            {sorted(users.map((user) => [`user:${user.id}`, userName(user)])).map(([value, text]) => (
              <option key={value} value={value}>
                {text}
              </option>
            ))}
          </optgroup>
        </select>
        {isMissing ? (
          <p className="field-error" id={`${id}-problem`} role="alert">
            Choose whom to erase.
          </p>
        ) : null}
        <p className="soft small" id={`${id}-hint`}>
          Whoever signs in as one of the team’s people goes with them. Choose among those who sign in when
          somebody has no account at a vendor.
        </p>
      </div>
      <button type="submit" className="button" disabled={begin.isPending}>
        {begin.isPending ? 'Beginning…' : 'Find what would go'}
      </button>
      {begin.isError ? <ProblemNotice error={begin.error} what="No erasure was begun" /> : null}
    </form>
  );
}

function sorted(options: [value: string, text: string][]): [value: string, text: string][] {
  return options.sort(([, a], [, b]) => a.localeCompare(b));
}

function bodyOf(chosen: string): NewErasure {
  const colon = chosen.indexOf(':');
  const id = chosen.slice(colon + 1);
  return chosen.startsWith('member:') ? { member: id } : { user: id };
}
