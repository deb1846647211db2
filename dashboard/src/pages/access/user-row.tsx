import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { Client, Group, Role, Team, User } from '../../api/client.ts';
import { Confirm } from '../../components/confirm.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { Instant } from '../../components/value.tsx';
import { useIdentity } from '../../session/identity.ts';
import { GroupsField } from './groups-field.tsx';
import { MemberField } from './member-field.tsx';
import { groupNames, joinedWords, ROLES, sameSet, userName } from './words.ts';

/** Somebody who may sign in, and what an admin decides about them. Nothing is sent before it is saved. */
export function UserRow(props: {
  client: Client;
  team: Team;
  user: User;
  groups: readonly Group[];
  /** What people call the issuer. */
  issuer: string;
  now: number;
  onChanged: (user: User) => void;
  onRemoved: () => Promise<void>;
}) {
  const { client, team, user, groups, issuer, now, onChanged, onRemoved } = props;
  const { me, refresh } = useIdentity();
  const name = userName(user);
  const isMe = me.kind === 'user' && me.id === user.id;
  const path = { team_id: team.team_id, user_id: user.id };
  const [role, setRole] = useState<Role | null>(null);
  const [leads, setLeads] = useState<string[] | null>(null);
  const [member, setMember] = useState<string | null>(null);
  const [open, setOpen] = useState<'groups' | 'member' | 'remove' | null>(null);

  const nextRole = role ?? user.role;
  // Whoever leads no more keeps no groups for the day on which they might again.
  const nextLeads = nextRole === 'lead' ? (leads ?? user.leads) : [];
  const body = {
    ...(nextRole === user.role ? {} : { role: nextRole }),
    ...(sameSet(nextLeads, user.leads) ? {} : { leads: nextLeads }),
    ...(member === null || member === (user.member ?? '') ? {} : { member }),
  };
  const isEdited = role !== null || leads !== null || member !== null;
  const forget = () => {
    setRole(null);
    setLeads(null);
    setMember(null);
    setOpen(null);
  };

  const save = useMutation({
    mutationFn: () => client.patch('/api/teams/{team_id}/users/{user_id}', { path, body }),
    onSuccess: async (changed) => {
      onChanged(changed);
      forget();
      if (isMe) await refresh();
    },
  });
  const remove = useMutation({
    mutationFn: () => client.delete('/api/teams/{team_id}/users/{user_id}', { path }),
    onSuccess: async () => {
      await onRemoved();
      if (isMe) await refresh();
    },
  });
  const begin = (action: () => void) => () => {
    save.reset();
    remove.reset();
    action();
  };
  const leadsWords = groupNames(nextLeads, groups);
  const toggle = (part: 'groups' | 'member', label: string) => (
    <button
      type="button"
      className="link-button"
      aria-expanded={open === part}
      aria-label={`${label}: ${name}`}
      onClick={begin(() => {
        setOpen(open === part ? null : part);
      })}
    >
      {label}
    </button>
  );

  return (
    <li className="access-row" aria-label={name}>
      <div className="access-who">
        <p>
          <strong>{name}</strong> {isMe ? <span className="pill">you</span> : null}
        </p>
        <p className="soft small">
          {[user.email === name ? null : user.email, issuer].filter((part) => part !== null).join(' · ')}
        </p>
      </div>
      <div className="access-role">
        <select
          className="select"
          aria-label={`Role of ${name}`}
          value={nextRole}
          disabled={save.isPending}
          onChange={(event) => {
            const chosen = ROLES.find((candidate) => candidate.role === event.target.value);
            if (chosen === undefined) return;
            save.reset();
            setRole(chosen.role);
            setOpen(chosen.role === 'lead' ? 'groups' : null);
          }}
        >
          {ROLES.map((choice) => (
            <option key={choice.role} value={choice.role}>
              {choice.name}
            </option>
          ))}
        </select>
      </div>
      <div className="access-more small">
        {nextRole === 'lead' ? (
          <p>
            {nextLeads.length === 0 ? 'Leads no group' : `Leads ${leadsWords}`} {toggle('groups', 'Groups')}
          </p>
        ) : null}
        <p className="soft">
          Joined {joinedWords(user.joined_by)},{' '}
          <Instant at={user.joined_at} timeZone={team.time_zone} now={now} />
        </p>
        <p>
          {user.member === null ? null : 'Their member is set. '}
          {toggle('member', 'Member')}
        </p>
      </div>
      <div className="access-end">
        <button
          type="button"
          className="button"
          aria-label={`Remove: ${name}`}
          aria-expanded={open === 'remove'}
          disabled={save.isPending || remove.isPending}
          onClick={begin(() => {
            setOpen(open === 'remove' ? null : 'remove');
          })}
        >
          Remove
        </button>
      </div>
      {open === 'groups' && nextRole === 'lead' ? (
        <div className="access-wide panel">
          <GroupsField
            legend={`Groups that ${name} leads`}
            groups={groups}
            chosen={nextLeads}
            onChange={(chosen) => {
              save.reset();
              setLeads(chosen);
            }}
          />
        </div>
      ) : null}
      {open === 'member' ? (
        <div className="access-wide panel">
          <MemberField
            client={client}
            team={team}
            name={name}
            value={member ?? user.member ?? ''}
            onChange={(chosen) => {
              save.reset();
              setMember(chosen);
            }}
          />
        </div>
      ) : null}
      {isEdited ? (
        <div className="access-wide actions access-save">
          <button
            type="button"
            className="button button-primary"
            aria-label={`Save: ${name}`}
            disabled={save.isPending || Object.keys(body).length === 0}
            onClick={() => {
              save.mutate();
            }}
          >
            {save.isPending ? 'Saving…' : 'Save'}
          </button>
          <button
            type="button"
            className="button"
            aria-label={`Discard: ${name}`}
            disabled={save.isPending}
            onClick={begin(forget)}
          >
            Discard
          </button>
          {isMe && user.role === 'admin' && nextRole !== 'admin' ? (
            <p className="small access-warning">You take this page away from yourself.</p>
          ) : null}
        </div>
      ) : null}
      {open === 'remove' ? (
        <div className="access-wide">
          <Confirm
            question={`Remove ${name}?`}
            action={`Remove ${name}`}
            pendingAction="Removing…"
            keep="Keep"
            pending={remove.isPending}
            onConfirm={() => {
              remove.mutate();
            }}
            onCancel={() => {
              setOpen(null);
            }}
          >
            {isMe ? 'You leave this team at once' : 'They are out at once'}, and API tokens that{' '}
            {isMe ? 'you' : 'they'} made end. An invitation lets {isMe ? 'you' : 'them'} in again.
          </Confirm>
        </div>
      ) : null}
      {save.isError || remove.isError ? (
        <div className="access-wide">
          <ProblemNotice error={save.error ?? remove.error} what={`${name} was not changed`} />
        </div>
      ) : null}
    </li>
  );
}
