import { useMutation } from '@tanstack/react-query';
import { useEffect, useId, useRef, useState, type SubmitEvent } from 'react';
import type { ApiToken, Client, ShownToken, Team } from '../../api/client.ts';
import { Confirm } from '../../components/confirm.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { Instant } from '../../components/value.tsx';
import { wholeNumber } from './whole-number.ts';

/** A token without its text, and what can be done about it. */
export function TokenRow(props: {
  client: Client;
  team: Team;
  token: ApiToken;
  madeBy: string;
  now: number;
  onRotated: (shown: ShownToken) => Promise<void>;
  onRevoked: () => Promise<void>;
}) {
  const { client, team, token, madeBy, now, onRotated, onRevoked } = props;
  const [open, setOpen] = useState<'rotate' | 'revoke' | null>(null);
  const path = { team_id: team.team_id, token_id: token.id };
  const isOver = Date.parse(token.expires_at) <= now;
  const at = (instant: string) => <Instant at={instant} timeZone={team.time_zone} now={now} />;
  const rotate = useMutation({
    // The answer has the text: it is not kept beyond its being shown.
    gcTime: 0,
    mutationFn: (hours: number) =>
      client.post('/api/teams/{team_id}/tokens/{token_id}/rotate', { path, body: { overlap_hours: hours } }),
    onSuccess: (shown) => {
      rotate.reset();
      setOpen(null);
      return onRotated(shown);
    },
  });
  const revoke = useMutation({
    mutationFn: () => client.delete('/api/teams/{team_id}/tokens/{token_id}', { path }),
    onSuccess: onRevoked,
  });
  const toggle = (part: 'rotate' | 'revoke') => () => {
    rotate.reset();
    revoke.reset();
    setOpen(open === part ? null : part);
  };
  return (
    <li className="access-row" aria-label={token.name}>
      <div className="access-who">
        <p>
          <strong>{token.name}</strong> {isOver ? <span className="pill pill-bad">over</span> : null}
        </p>
        <p className="soft small">made by {madeBy}</p>
      </div>
      <ul className="access-role chips" aria-label={`Scopes of ${token.name}`}>
        {token.scopes.map((scope) => (
          <li key={scope} className="pill">
            {scope}
          </li>
        ))}
      </ul>
      <dl className="access-more small facts">
        <div>
          <dt>{isOver ? 'Ended' : 'Expires'}</dt>
          <dd>{at(token.expires_at)}</dd>
        </div>
        <div>
          <dt>Last used</dt>
          <dd>{token.last_used_at === null ? 'never' : at(token.last_used_at)}</dd>
        </div>
        <div>
          <dt>Made</dt>
          <dd>{at(token.created_at)}</dd>
        </div>
        {token.rotated_at === null ? null : (
          <div>
            <dt>Rotated</dt>
            <dd>{at(token.rotated_at)}</dd>
          </div>
        )}
      </dl>
      <div className="access-end actions">
        {isOver ? null : (
          <button
            type="button"
            className="button"
            aria-label={`Rotate: ${token.name}`}
            aria-expanded={open === 'rotate'}
            disabled={rotate.isPending || revoke.isPending}
            onClick={toggle('rotate')}
          >
            Rotate
          </button>
        )}
        <button
          type="button"
          className="button"
          aria-label={`Revoke: ${token.name}`}
          aria-expanded={open === 'revoke'}
          disabled={rotate.isPending || revoke.isPending}
          onClick={toggle('revoke')}
        >
          Revoke
        </button>
      </div>
      {open === 'rotate' ? (
        <div className="access-wide">
          <RotateForm
            name={token.name}
            pending={rotate.isPending}
            onRotate={(hours) => {
              rotate.mutate(hours);
            }}
            onCancel={() => {
              setOpen(null);
            }}
          />
        </div>
      ) : null}
      {open === 'revoke' ? (
        <div className="access-wide">
          <Confirm
            question={`Revoke ${token.name}?`}
            action={`Revoke ${token.name}`}
            pendingAction="Revoking…"
            keep="Keep it"
            pending={revoke.isPending}
            onConfirm={() => {
              revoke.mutate();
            }}
            onCancel={() => {
              setOpen(null);
            }}
          >
            Whatever uses it is refused from then on. That cannot be undone.
          </Confirm>
        </div>
      ) : null}
      {rotate.isError || revoke.isError ? (
        <div className="access-wide">
          <ProblemNotice error={rotate.error ?? revoke.error} what={`${token.name} was not changed`} />
        </div>
      ) : null}
    </li>
  );
}

/** A new text for the same token. */
function RotateForm(props: {
  name: string;
  pending: boolean;
  onRotate: (hours: number) => void;
  onCancel: () => void;
}) {
  const { name, pending, onRotate, onCancel } = props;
  const id = useId();
  const [hours, setHours] = useState('24');
  const [isWrong, setWrong] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    field.current?.focus();
  }, []);
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    const overlap = wholeNumber(hours, 0, 168);
    setWrong(overlap === null);
    if (overlap === null) field.current?.focus();
    else onRotate(overlap);
  };
  return (
    <form className="panel" aria-label={`Rotate ${name}`} noValidate onSubmit={onSubmit}>
      <p>It gets a new text, which is shown once. When it expires stays.</p>
      <div className="field">
        <label className="field-label" htmlFor={id}>
          Hours that the present text goes on working
        </label>
        <input
          ref={field}
          id={id}
          className="input input-number"
          inputMode="numeric"
          autoComplete="off"
          value={hours}
          aria-invalid={isWrong}
          aria-describedby={isWrong ? `${id}-problem` : undefined}
          onChange={(event) => {
            setHours(event.target.value);
            setWrong(false);
          }}
        />
        {isWrong ? (
          <p className="field-error" id={`${id}-problem`} role="alert">
            Enter a whole number from 0 (it ends at once) to 168 (a week).
          </p>
        ) : null}
      </div>
      <div className="actions">
        <button type="submit" className="button button-primary" disabled={pending}>
          {pending ? 'Rotating…' : `Rotate ${name}`}
        </button>
        <button type="button" className="button" disabled={pending} onClick={onCancel}>
          Cancel
        </button>
      </div>
    </form>
  );
}
