import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useRef, useState, type ReactNode } from 'react';
import type { Client, Connection, Provider, SyncRow, Team } from '../../api/client.ts';
import { isUnderWay, useStartSync } from '../../api/queries.ts';
import { providerName } from '../../api/words.ts';
import { Confirm } from '../../components/confirm.tsx';
import { Icon } from '../../components/icon.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { Counts, pill, Progress, type Tone } from '../../components/sync-state.tsx';
import { Instant } from '../../components/value.tsx';
import { ConnectForm } from './connect-form.tsx';
import { settingsWords, VENDORS } from './vendors.ts';

const CONNECTED_BY: Record<NonNullable<Connection['connected_by']>, string> = {
  credentials: 'credentials that somebody entered',
  installation: 'the GitHub App',
  consent: 'consent at the vendor’s page',
};

type Open = 'form' | 'disconnect' | null;

/** One vendor: whether and how the team is connected to it, and all that can be done about it. */
export function ConnectionCard(props: {
  client: Client;
  team: Team;
  provider: Provider;
  connection: Connection | undefined;
  row: SyncRow | undefined;
  hasConsentPage: boolean;
  now: number;
  leave: (url: string) => void;
}) {
  const { client, team, provider, connection, row, hasConsentPage, now, leave } = props;
  const name = providerName(provider);
  const id = useId();
  const heading = useRef<HTMLHeadingElement>(null);
  const [open, setOpen] = useState<Open>(null);
  const [said, setSaid] = useState<string | null>(null);
  const path = { team_id: team.team_id, provider };

  const refresh = useRefresh(team.team_id);
  const consent = useMutation({
    mutationFn: (installed: boolean) =>
      client.get('/api/teams/{team_id}/connections/{provider}/start', {
        path,
        query: installed ? { installed } : {},
      }),
    onSuccess: ({ url }) => {
      leave(url);
    },
  });
  const test = useMutation({
    mutationFn: () => client.post('/api/teams/{team_id}/connections/{provider}/test', { path }),
    onSuccess: () => {
      setSaid(`It works: ${name} lets Plumbline in.`);
      return refresh();
    },
  });
  const sync = useStartSync(client, team.team_id, provider);
  const remove = useMutation({
    mutationFn: () => client.delete('/api/teams/{team_id}/connections/{provider}', { path }),
    onSuccess: () => {
      setSaid(`${name} is disconnected.`);
      setOpen(null);
      heading.current?.focus();
      return refresh();
    },
  });
  const busy = consent.isPending || test.isPending || remove.isPending;
  const syncing = sync.isPending || (row !== undefined && isUnderWay(row));
  const begin = (action: () => void) => () => {
    setSaid(null);
    for (const mutation of [consent, test, sync, remove]) mutation.reset();
    action();
  };
  const close = () => {
    setOpen(null);
    heading.current?.focus();
  };
  const toggle = (part: Open) => {
    setOpen(open === part ? null : part);
  };
  const state = stateOf(connection, row);
  const unusable = state.text === 'Broken';
  const label = connection === undefined ? 'Connect' : 'Connect again';
  const byForm = {
    expanded: open === 'form',
    onClick: begin(() => {
      toggle('form');
    }),
  };
  const connect = hasConsentPage
    ? {
        label: consent.isPending ? 'Connecting…' : label,
        disabled: busy,
        onClick: begin(() => {
          consent.mutate(false);
        }),
      }
    : { ...byForm, label, disabled: busy };

  return (
    <section className="card connection" aria-labelledby={id} data-provider={provider}>
      <header className="connection-head">
        <h2 id={id} ref={heading} tabIndex={-1}>
          {name}
        </h2>
        <span className={`pill pill-${state.tone}`} role="status">
          {state.text}
        </span>
      </header>
      <p className="soft small">{VENDORS[provider].brings}</p>
      {connection === undefined ? null : (
        <Facts connection={connection} row={row} timeZone={team.time_zone} now={now} />
      )}
      {row !== undefined && isUnderWay(row) ? (
        <Progress row={row} timeZone={team.time_zone} now={now} />
      ) : null}
      {connection === undefined ? null : <Reasons connection={connection} row={row} />}

      <div className="actions">
        {connection === undefined || unusable ? (
          <Action name={name} look="button button-primary" {...connect} />
        ) : null}
        {connection === undefined ? null : (
          <>
            <Action
              name={name}
              label={test.isPending ? 'Testing…' : 'Test'}
              onClick={begin(() => {
                test.mutate();
              })}
              disabled={busy}
            />
            <Action
              name={name}
              label={syncing ? 'Syncing…' : 'Sync now'}
              onClick={begin(() => {
                sync.mutate();
              })}
              disabled={busy || syncing}
            />
            <Action
              name={name}
              label="Disconnect"
              expanded={open === 'disconnect'}
              onClick={begin(() => {
                toggle('disconnect');
              })}
              disabled={busy}
            />
          </>
        )}
      </div>
      <div className="connection-links">
        {connection === undefined || unusable ? null : <Action name={name} look="link-button" {...connect} />}
        {hasConsentPage && provider === 'github' ? (
          <Action
            name={name}
            look="link-button"
            label="The App is installed already"
            onClick={begin(() => {
              consent.mutate(true);
            })}
            disabled={busy}
          />
        ) : null}
        {hasConsentPage ? (
          <Action name={name} look="link-button" {...byForm} label="Use a token" disabled={busy} />
        ) : null}
      </div>

      {open === 'form' ? (
        <ConnectForm
          client={client}
          team={team}
          provider={provider}
          connection={connection}
          onCancel={close}
          onDone={() => {
            setSaid(`${name} is connected. It is read every night; Sync now begins at once.`);
            close();
            return refresh();
          }}
        />
      ) : null}
      {open === 'disconnect' && connection !== undefined ? (
        <Confirm
          question={`Disconnect ${name}?`}
          action={`Disconnect ${name}`}
          pendingAction="Disconnecting…"
          keep="Keep it"
          pending={remove.isPending}
          onConfirm={() => {
            remove.mutate();
          }}
          onCancel={close}
        >
          {VENDORS[provider].leaving(connection.connected_by)} What was read so far stays.
        </Confirm>
      ) : null}

      <p className="said small" role="status">
        {said}
      </p>
      {consent.isError ? (
        <ProblemNotice error={consent.error} what={`${name} could not be connected`} />
      ) : null}
      {test.isError ? <ProblemNotice error={test.error} what={`The test of ${name} failed`} /> : null}
      {sync.isError ? <ProblemNotice error={sync.error} what="The sync could not be started" /> : null}
      {remove.isError ? (
        <ProblemNotice error={remove.error} what={`${name} could not be disconnected`} />
      ) : null}
    </section>
  );
}

/** Reads anew what a change to a connection may have changed. */
function useRefresh(teamId: string): () => Promise<void> {
  const cache = useQueryClient();
  return async () => {
    await Promise.all([
      cache.invalidateQueries({ queryKey: ['connections', teamId] }),
      cache.invalidateQueries({ queryKey: ['sync', teamId] }),
    ]);
  };
}

function stateOf(connection: Connection | undefined, row: SyncRow | undefined): { text: string; tone: Tone } {
  if (connection === undefined) return { text: 'Not connected', tone: 'none' };
  if (connection.connected_by === null) return { text: 'Broken', tone: 'bad' };
  return row === undefined ? { text: 'Connected', tone: 'good' } : pill(row);
}

/** A button whose name says which vendor it is about. */
function Action(props: {
  name: string;
  label: string;
  look?: string;
  expanded?: boolean;
  disabled: boolean;
  onClick: () => void;
}) {
  const { name, label, look = 'button', expanded, disabled, onClick } = props;
  return (
    <button
      type="button"
      className={look}
      aria-label={`${label}: ${name}`}
      aria-expanded={expanded}
      disabled={disabled}
      onClick={onClick}
    >
      {label}
    </button>
  );
}

function Facts(props: { connection: Connection; row: SyncRow | undefined; timeZone: string; now: number }) {
  const { connection, row, timeZone, now } = props;
  const at = (instant: string) => <Instant at={instant} timeZone={timeZone} now={now} />;
  return (
    <dl className="sync-facts connection-facts">
      <Fact name="Reads">{settingsWords(connection).join(', ')}</Fact>
      <Fact name="Connected since">{at(connection.created_at)}</Fact>
      {connection.connected_by == null ? null : (
        <Fact name="By">{CONNECTED_BY[connection.connected_by]}</Fact>
      )}
      {row === undefined ? null : (
        <>
          {row.status === 'broken' && row.last_failure != null ? (
            <Fact name="Broken since">{at(row.last_failure)}</Fact>
          ) : null}
          {row.status === 'waiting' && row.waiting_until != null ? (
            <Fact name="Waiting until">{at(row.waiting_until)}</Fact>
          ) : null}
          <Fact name="Last success">{row.last_success == null ? 'never' : at(row.last_success)}</Fact>
          {!isUnderWay(row) && row.status !== 'broken' && row.next_run != null ? (
            <Fact name="Next run">{at(row.next_run)}</Fact>
          ) : null}
          <Counts row={row} />
        </>
      )}
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Why it does not work, why it waits, or what else there is to know, in words. */
function Reasons({ connection, row }: { connection: Connection; row: SyncRow | undefined }) {
  const unusable =
    connection.connected_by === null
      ? 'The stored credentials cannot be opened with the present keys. Connect it again.'
      : null;
  const error = unusable ?? row?.last_error ?? null;
  const notice = row?.notice ?? null;
  return (
    <>
      {error === null ? null : (
        <div className={row?.status === 'waiting' ? 'notice notice-warn' : 'notice notice-bad'}>
          <Icon name="warning" />
          <p className="notice-body">{error}</p>
        </div>
      )}
      {notice === null ? null : (
        <div className="notice">
          <Icon name="info" />
          <p className="notice-body">{notice}</p>
        </div>
      )}
    </>
  );
}
