import { useQuery } from '@tanstack/react-query';
import { useEffect, useId, useRef, useState } from 'react';
import type { Client, Team } from '../api/client.ts';
import { teamsQuery } from '../api/queries.ts';
import { Choice } from './choice.tsx';

/**
 * Whose pull requests are counted. The list of people is asked for when somebody wants it, not before: reading it is
 * noted in the audit log.
 */
export function AuthorChoice(props: {
  client: Client;
  team: Team;
  value: string | null;
  onChoose: (author: string | null) => void;
}) {
  const { client, team, value, onChoose } = props;
  const id = useId();
  const [opened, setOpened] = useState(false);
  const wrapper = useRef<HTMLDivElement>(null);
  const people = useQuery({ ...teamsQuery(client), enabled: opened || value !== null });
  const members = people.data?.teams.find((whole) => whole.team_id === team.team_id)?.members;
  const isThere = members !== undefined;
  useEffect(() => {
    // The list takes the place of the button that asked for it.
    if (opened && isThere) wrapper.current?.querySelector('select')?.focus();
  }, [opened, isThere]);

  if (members === undefined && value === null) {
    return (
      <div className="field filter-choice">
        <span className="field-label" id={`${id}-label`}>
          Author
        </span>
        <button
          type="button"
          id={id}
          className="select select-button"
          aria-labelledby={`${id}-label ${id}`}
          aria-describedby={people.isError ? `${id}-problem` : undefined}
          onClick={() => {
            setOpened(true);
            if (people.isError) void people.refetch();
          }}
        >
          {opened && people.isFetching ? 'Loading…' : 'All authors'}
        </button>
        {people.isError ? (
          <p className="field-error" id={`${id}-problem`} role="alert">
            The people could not be loaded.
          </p>
        ) : null}
      </div>
    );
  }
  return (
    <div ref={wrapper} className="filter-choice">
      <Choice
        label="Author"
        all="All authors"
        value={value}
        onChoose={onChoose}
        options={[...(members ?? [])]
          .sort((a, b) => a.login.localeCompare(b.login))
          .map((member) => [
            member.login,
            member.name == null ? member.login : `${member.login} (${member.name})`,
          ])}
      />
    </div>
  );
}
