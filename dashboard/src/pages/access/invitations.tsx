import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useRef, useState, type SubmitEvent } from 'react';
import { usersQuery } from '../../api/account-queries.ts';
import type { Client, Group, Invitation, Role, Team } from '../../api/client.ts';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { Instant } from '../../components/value.tsx';
import { GroupsField } from './groups-field.tsx';
import { groupNames, roleName, ROLES } from './words.ts';

export function Invitations(props: {
  client: Client;
  team: Team;
  invitations: readonly Invitation[];
  groups: readonly Group[];
  now: number;
}) {
  const { client, team, invitations, groups, now } = props;
  const cache = useQueryClient();
  const [said, setSaid] = useState<string | null>(null);
  const words = useRef<HTMLParagraphElement>(null);
  const refresh = () => cache.invalidateQueries({ queryKey: usersQuery(client, team.team_id).queryKey });
  const withdraw = useMutation({
    mutationFn: (invitation: Invitation) =>
      client.delete('/api/teams/{team_id}/invitations/{invitation_id}', {
        path: { team_id: team.team_id, invitation_id: invitation.id },
      }),
    onSuccess: (_, invitation) => {
      setSaid(`The invitation of ${invitation.email} is withdrawn.`);
      words.current?.focus();
    },
    // One that was accepted meanwhile is gone, too.
    onSettled: refresh,
  });
  return (
    <>
      {invitations.length === 0 ? (
        <p className="soft small">Nobody is invited at present.</p>
      ) : (
        <ul className="access-rows" aria-label="Invitations">
          {invitations.map((invitation) => (
            <li key={invitation.id} className="access-row" aria-label={invitation.email}>
              <p className="access-who">
                <strong>{invitation.email}</strong>
              </p>
              <p className="access-role">{roleName(invitation.role)}</p>
              <div className="access-more small">
                {invitation.leads.length === 0 ? null : (
                  <p>Will lead {groupNames(invitation.leads, groups)}</p>
                )}
                <p className="soft">
                  Ends <Instant at={invitation.expires_at} timeZone={team.time_zone} now={now} />
                </p>
              </div>
              <div className="access-end">
                <button
                  type="button"
                  className="button"
                  aria-label={`Withdraw: ${invitation.email}`}
                  disabled={withdraw.isPending}
                  onClick={() => {
                    setSaid(null);
                    withdraw.mutate(invitation);
                  }}
                >
                  Withdraw
                </button>
              </div>
            </li>
          ))}
        </ul>
      )}
      {withdraw.isError ? (
        <ProblemNotice error={withdraw.error} what="The invitation was not withdrawn" />
      ) : null}
      <p className="said small" role="status" ref={words} tabIndex={-1}>
        {said}
      </p>
      <InviteForm
        client={client}
        team={team}
        groups={groups}
        onInvited={(invitation) => {
          setSaid(
            `${invitation.email} is invited. Tell them to sign in at ${window.location.origin} within 14 days.`,
          );
          return refresh();
        }}
      />
    </>
  );
}

function InviteForm(props: {
  client: Client;
  team: Team;
  groups: readonly Group[];
  onInvited: (invitation: Invitation) => Promise<void>;
}) {
  const { client, team, groups, onInvited } = props;
  const id = useId();
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<Role>('developer');
  const [leads, setLeads] = useState<string[]>([]);
  const [isMissing, setMissing] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const invite = useMutation({
    mutationFn: () =>
      client.post('/api/teams/{team_id}/invitations', {
        path: { team_id: team.team_id },
        body: { email: email.trim(), role, leads: role === 'lead' ? leads : [] },
      }),
    onSuccess: (invitation) => {
      setEmail('');
      setRole('developer');
      setLeads([]);
      return onInvited(invitation);
    },
  });
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    const missing = !/^\S+@\S+\.\S+$/.test(email.trim());
    setMissing(missing);
    if (missing) field.current?.focus();
    else invite.mutate();
  };
  return (
    <form className="access-form" aria-labelledby={`${id}-heading`} noValidate onSubmit={onSubmit}>
      <h3 id={`${id}-heading`}>Invite somebody</h3>
      <div className="access-fields">
        <div className="field access-field-wide">
          <label className="field-label" htmlFor={`${id}-email`}>
            Address
          </label>
          <input
            ref={field}
            id={`${id}-email`}
            className="input"
            type="email"
            autoComplete="off"
            spellCheck={false}
            required
            placeholder="ada@example.com"
            value={email}
            aria-invalid={isMissing}
            aria-describedby={isMissing ? `${id}-problem` : undefined}
            onChange={(event) => {
              setEmail(event.target.value);
              setMissing(false);
            }}
          />
          {isMissing ? (
            <p className="field-error" id={`${id}-problem`} role="alert">
              Enter the address that they sign in with.
            </p>
          ) : null}
        </div>
        <div className="field">
          <label className="field-label" htmlFor={`${id}-role`}>
            Role
          </label>
          <select
            id={`${id}-role`}
            className="select"
            value={role}
            onChange={(event) => {
              const chosen = ROLES.find((candidate) => candidate.role === event.target.value);
              if (chosen !== undefined) setRole(chosen.role);
            }}
          >
            {ROLES.map((choice) => (
              <option key={choice.role} value={choice.role}>
                {choice.name}
              </option>
            ))}
          </select>
        </div>
        <button type="submit" className="button button-primary access-submit" disabled={invite.isPending}>
          {invite.isPending ? 'Inviting…' : 'Invite'}
        </button>
      </div>
      {role === 'lead' ? (
        <GroupsField legend="Groups that they will lead" groups={groups} chosen={leads} onChange={setLeads} />
      ) : null}
      {invite.isError ? <ProblemNotice error={invite.error} what="Nobody was invited" /> : null}
    </form>
  );
}
