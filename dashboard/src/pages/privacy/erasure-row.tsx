import { useMutation } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import type { Client, Erasure, Identities, NewErasure, Team, User } from '../../api/client.ts';
import { isToCome, needFreshSignIn } from '../../api/privacy-queries.ts';
import { stepName } from '../../api/words.ts';
import { Confirm } from '../../components/confirm.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { Instant } from '../../components/value.tsx';
import { Kinds } from './kinds.tsx';
import { LookAlikes } from './look-alikes.tsx';
import { Receipt } from './receipt.tsx';
import { accountWords, askerName, erasurePill } from './words.ts';

/** A person's erasure, and what an admin decides about it. */
export function ErasureRow(props: {
  client: Client;
  team: Team;
  erasure: Erasure;
  who: { name: string; pseudonym: string | null };
  users: readonly User[];
  people: Identities['members'];
  now: number;
  onConfirmed: (erasure: Erasure, who: string) => Promise<void>;
  onCancelled: (who: string) => Promise<void>;
  onBegun: (erasure: Erasure) => Promise<void>;
  /** It may stand otherwise than it was shown. */
  onRefused: () => Promise<void>;
}) {
  const { client, team, erasure, who, users, people, now } = props;
  const { onConfirmed, onCancelled, onBegun, onRefused } = props;
  const [open, setOpen] = useState<'confirm' | 'receipt' | null>(null);
  const { name, pseudonym } = who;
  const label = pseudonym === null ? name : `${name}, ${pseudonym}`;
  const { text, tone } = erasurePill(erasure.status);
  const path = { team_id: team.team_id, erasure_id: erasure.id };
  const at = (instant: string) => <Instant at={instant} timeZone={team.time_zone} now={now} />;
  const confirm = useMutation({
    mutationFn: () => client.post('/api/teams/{team_id}/erasure/{erasure_id}/confirm', { path }),
    onSuccess: (confirmed) => {
      setOpen(null);
      return onConfirmed(confirmed, name);
    },
    onError: onRefused,
  });
  const cancel = useMutation({
    mutationFn: () => client.delete('/api/teams/{team_id}/erasure/{erasure_id}', { path }),
    onSuccess: () => onCancelled(name),
    onError: onRefused,
  });
  const begin = useMutation({
    mutationFn: async (accounts: readonly string[]) => {
      // Else it would be cancelled, and then refused to be begun.
      await needFreshSignIn(client);
      if (!erasure.own) await client.delete('/api/teams/{team_id}/erasure/{erasure_id}', { path });
      return client.post('/api/teams/{team_id}/erasure', {
        path: { team_id: team.team_id },
        body: bodyOf(erasure, accounts),
      });
    },
    onSuccess: onBegun,
    onError: onRefused,
  });
  const forget = () => {
    confirm.reset();
    cancel.reset();
    begin.reset();
  };
  const toggle = (part: 'confirm' | 'receipt') => () => {
    forget();
    setOpen(open === part ? null : part);
  };
  const isConfirming = erasure.status === 'confirming';
  const isPending = confirm.isPending || cancel.isPending || begin.isPending;

  return (
    <li className="privacy-row" aria-label={label}>
      <div className="privacy-what">
        <p>
          <strong>{name}</strong> {pseudonym === null ? null : <code>{pseudonym}</code>}{' '}
          <span className={`pill pill-${tone}`}>{text}</span>{' '}
          {erasure.own ? <span className="pill">own request</span> : null}
        </p>
        <p className="soft small">
          {erasure.own ? 'Asked for by themselves' : `Begun by ${askerName(erasure.asked_by, users)}`},{' '}
          {at(erasure.asked_at)}
        </p>
      </div>
      <div className="privacy-more small">
        <State erasure={erasure} at={at} />
        {isToCome(erasure) && erasure.accounts.length > 0 ? (
          <p>
            Begun with {erasure.accounts.map((account) => accountWords(account, people)).join(', ')} as
            theirs.
          </p>
        ) : null}
        {isToCome(erasure) && erasure.own ? <p className="soft">Nobody but they can take it back.</p> : null}
      </div>
      <div className="privacy-end actions">
        {isConfirming ? (
          <button
            type="button"
            className="button button-danger"
            aria-label={`Confirm: ${label}`}
            aria-expanded={open === 'confirm'}
            disabled={isPending}
            onClick={toggle('confirm')}
          >
            Confirm…
          </button>
        ) : null}
        {isToCome(erasure) && !erasure.own ? (
          <button
            type="button"
            className="button"
            aria-label={`Cancel: ${label}`}
            disabled={isPending}
            onClick={() => {
              forget();
              setOpen(null);
              cancel.mutate();
            }}
          >
            Cancel
          </button>
        ) : null}
        {erasure.status === 'done' ? (
          <button
            type="button"
            className="button"
            aria-label={`Receipt: ${label}`}
            aria-expanded={open === 'receipt'}
            onClick={toggle('receipt')}
          >
            Receipt
          </button>
        ) : null}
      </div>
      {isConfirming ? (
        <div className="privacy-wide panel">
          <Kinds title="What would go" kinds={erasure.would_go} none="Nothing that is kept names them." />
          {erasure.look_alikes.length === 0 ? null : (
            <LookAlikes
              erasure={erasure}
              people={people}
              isPending={begin.isPending}
              onBegin={(ticked) => {
                forget();
                begin.mutate(erasure.own ? ticked : [...erasure.accounts, ...ticked]);
              }}
            />
          )}
        </div>
      ) : null}
      {open === 'confirm' && isConfirming ? (
        <div className="privacy-wide">
          <Confirm
            question={`Erase ${name} for good?`}
            action={`Erase ${name}`}
            pendingAction="Confirming…"
            keep="Not yet"
            pending={confirm.isPending}
            onConfirm={() => {
              confirm.mutate();
            }}
            onCancel={() => {
              confirm.reset();
              setOpen(null);
            }}
          >
            What names them is removed or gets a pseudonym within minutes, and they are signed out. It cannot
            be undone.
          </Confirm>
        </div>
      ) : null}
      {open === 'receipt' ? (
        <div className="privacy-wide panel">
          <Receipt team={team} erasure={erasure} title={`Erased: ${label}`} users={users} now={now} />
        </div>
      ) : null}
      {confirm.isError || cancel.isError || begin.isError ? (
        <div className="privacy-wide">
          <ProblemNotice
            error={confirm.error ?? cancel.error ?? begin.error}
            what={
              confirm.isError
                ? `${name} was not erased`
                : cancel.isError
                  ? 'The erasure was not cancelled'
                  : 'Nothing was begun anew'
            }
          />
        </div>
      ) : null}
    </li>
  );
}

/** What somebody asked for themselves goes on: their other accounts are then all that is to be named. */
function bodyOf(erasure: Erasure, accounts: readonly string[]): NewErasure {
  const named = { accounts: [...accounts] };
  if (erasure.own) return named;
  if (erasure.member !== null) return { ...named, member: erasure.member };
  const [user] = erasure.users;
  return user === undefined ? named : { ...named, user };
}

function State({ erasure, at }: { erasure: Erasure; at: (instant: string) => ReactNode }) {
  switch (erasure.status) {
    case 'looking':
      return <p>Plumbline is looking for what would go. Nothing is changed by that.</p>;
    case 'confirming':
      if (erasure.due_at === null) return <p>Waits to be confirmed.</p>;
      return erasure.own ? (
        <p>Is done {at(erasure.due_at)} in any case, or as soon as you confirm it.</p>
      ) : (
        <p>Is forgotten {at(erasure.due_at)}, unless it is confirmed.</p>
      );
    case 'erasing':
      return <p>{stepName(erasure.step)}. It cannot be taken back any more.</p>;
    case 'failed':
      return (
        <>
          <p className="field-error">{erasure.error ?? 'It failed.'}</p>
          <p className="soft">Begin it anew to try again.</p>
        </>
      );
    case 'done':
    case 'cancelled':
      return erasure.ended_at === null ? null : (
        <p className="soft">
          {erasure.status === 'done' ? 'Done' : 'Taken back'} {at(erasure.ended_at)}
        </p>
      );
  }
}
