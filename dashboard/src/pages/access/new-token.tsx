import { useMutation } from '@tanstack/react-query';
import { useId, useRef, useState, type SubmitEvent } from 'react';
import type { Client, Scope, ShownToken, Team } from '../../api/client.ts';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { wholeNumber } from './whole-number.ts';
import { SCOPES } from './words.ts';

const DEFAULT_DAYS = '90';
const MOST_DAYS = 366;

interface Wrong {
  name: boolean;
  scopes: boolean;
  days: boolean;
}

const FINE: Wrong = { name: false, scopes: false, days: false };

export function NewTokenForm(props: {
  client: Client;
  team: Team;
  onMade: (shown: ShownToken) => Promise<void>;
}) {
  const { client, team, onMade } = props;
  const id = useId();
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<readonly Scope[]>([]);
  const [days, setDays] = useState(DEFAULT_DAYS);
  const [wrong, setWrong] = useState(FINE);
  const form = useRef<HTMLFormElement>(null);
  const make = useMutation({
    // The answer has the text: it is not kept beyond its being shown.
    gcTime: 0,
    mutationFn: (expires: number) =>
      client.post('/api/teams/{team_id}/tokens', {
        path: { team_id: team.team_id },
        body: { name: name.trim(), scopes: [...scopes], expires_in_days: expires },
      }),
    onSuccess: (shown) => {
      make.reset();
      setName('');
      setScopes([]);
      setDays(DEFAULT_DAYS);
      return onMade(shown);
    },
  });
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    const expires = wholeNumber(days, 1, MOST_DAYS);
    const found = { name: name.trim() === '', scopes: scopes.length === 0, days: expires === null };
    setWrong(found);
    if (expires !== null && !found.name && !found.scopes) {
      make.mutate(expires);
      return;
    }
    const first = found.name ? 'name' : found.scopes ? 'scope' : 'days';
    form.current?.querySelector<HTMLInputElement>(`[name="${first}"]`)?.focus();
  };
  return (
    <form ref={form} className="access-form" aria-labelledby={`${id}-heading`} noValidate onSubmit={onSubmit}>
      <h3 id={`${id}-heading`}>New token</h3>
      <div className="access-fields">
        <div className="field access-field-wide">
          <label className="field-label" htmlFor={`${id}-name`}>
            Name
          </label>
          <input
            id={`${id}-name`}
            name="name"
            className="input"
            autoComplete="off"
            maxLength={100}
            placeholder="What uses it, as “BI export”"
            value={name}
            aria-invalid={wrong.name}
            aria-describedby={wrong.name ? `${id}-name-problem` : undefined}
            onChange={(event) => {
              setName(event.target.value);
              setWrong({ ...wrong, name: false });
            }}
          />
          {wrong.name ? (
            <p className="field-error" id={`${id}-name-problem`} role="alert">
              Enter a name.
            </p>
          ) : null}
        </div>
        <div className="field">
          <label className="field-label" htmlFor={`${id}-days`}>
            Days that it holds
          </label>
          <input
            id={`${id}-days`}
            name="days"
            className="input input-number"
            inputMode="numeric"
            autoComplete="off"
            value={days}
            aria-invalid={wrong.days}
            aria-describedby={wrong.days ? `${id}-days-problem` : undefined}
            onChange={(event) => {
              setDays(event.target.value);
              setWrong({ ...wrong, days: false });
            }}
          />
          {wrong.days ? (
            <p className="field-error" id={`${id}-days-problem`} role="alert">
              Enter a whole number from 1 to {MOST_DAYS}.
            </p>
          ) : null}
        </div>
      </div>
      <fieldset className="choices" aria-describedby={wrong.scopes ? `${id}-scopes-problem` : undefined}>
        <legend className="field-label">Scopes</legend>
        <div className="choices-list">
          {SCOPES.map(({ scope, opens }) => (
            <label key={scope} className="choice">
              <input
                type="checkbox"
                name="scope"
                checked={scopes.includes(scope)}
                onChange={(event) => {
                  setScopes(
                    event.target.checked ? [...scopes, scope] : scopes.filter((one) => one !== scope),
                  );
                  setWrong({ ...wrong, scopes: false });
                }}
              />
              <strong>{scope}</strong> <span className="soft">{opens}</span>
            </label>
          ))}
        </div>
        {wrong.scopes ? (
          <p className="field-error" id={`${id}-scopes-problem`} role="alert">
            Choose at least one.
          </p>
        ) : null}
      </fieldset>
      {make.isError ? <ProblemNotice error={make.error} what="No token was made" /> : null}
      <div className="actions">
        <button type="submit" className="button button-primary" disabled={make.isPending}>
          {make.isPending ? 'Making…' : 'Make a token'}
        </button>
      </div>
    </form>
  );
}
