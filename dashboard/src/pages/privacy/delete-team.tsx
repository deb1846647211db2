import { useMutation } from '@tanstack/react-query';
import { useId, useRef, useState, type SubmitEvent } from 'react';
import type { Client, Team } from '../../api/client.ts';
import { Part } from '../../components/part.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';

/** The end of a team; its name has to be typed, so that nobody ends another one than they think. */
export function DeleteTeam(props: { client: Client; team: Team; onDeleted: (team: Team) => void }) {
  const { client, team, onDeleted } = props;
  const id = useId();
  const [name, setName] = useState('');
  const [isOther, setOther] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const remove = useMutation({
    mutationFn: () =>
      client.delete('/api/teams/{team_id}', { path: { team_id: team.team_id }, query: { name } }),
    onSuccess: () => {
      onDeleted(team);
    },
  });
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    const other = name !== team.name;
    setOther(other);
    if (other) field.current?.focus();
    else remove.mutate();
  };
  return (
    <Part title="Delete this team" intro={`Ends ${team.name} with everything that is kept of it.`}>
      <div className="privacy-words">
        <p>
          Its connections are taken back at the vendors and removed at once. Its pull requests, issues,
          surveys, numbers, exports, people, API tokens and audit log go within minutes. Nothing is changed at
          the vendors themselves.
        </p>
        <p>
          <strong>It cannot be undone.</strong> Export the team’s data before, and download the file: it goes,
          too.
        </p>
      </div>
      <form className="privacy-form" aria-label="Delete this team" noValidate onSubmit={onSubmit}>
        <div className="field privacy-field">
          <label className="field-label" htmlFor={id}>
            Type the team’s name, {team.name}
          </label>
          <input
            ref={field}
            id={id}
            className="input"
            autoComplete="off"
            spellCheck={false}
            required
            value={name}
            aria-invalid={isOther}
            aria-describedby={isOther ? `${id}-problem` : undefined}
            onChange={(event) => {
              setName(event.target.value);
              setOther(false);
              remove.reset();
            }}
          />
          {isOther ? (
            <p className="field-error" id={`${id}-problem`} role="alert">
              Write it exactly as it is: {team.name}
            </p>
          ) : null}
        </div>
        <button type="submit" className="button button-danger" disabled={remove.isPending}>
          {remove.isPending ? 'Deleting…' : `Delete ${team.name}`}
        </button>
        {remove.isError ? <ProblemNotice error={remove.error} what={`${team.name} was not deleted`} /> : null}
      </form>
    </Part>
  );
}
