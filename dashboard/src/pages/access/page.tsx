import { useQuery } from '@tanstack/react-query';
import { issuersQuery, tokensQuery, usersQuery } from '../../api/account-queries.ts';
import type { Client, Team } from '../../api/client.ts';
import { groupsQuery, teamsQuery } from '../../api/queries.ts';
import { Icon } from '../../components/icon.tsx';
import { Loaded } from '../../components/loaded.tsx';
import { Part } from '../../components/part.tsx';
import { SignInOnceMore } from '../../components/problem-notice.tsx';
import { useNow } from '../../components/use-now.ts';
import { useIdentity } from '../../session/identity.ts';
import { Invitations } from './invitations.tsx';
import { Joining } from './joining.tsx';
import { Tokens } from './tokens.tsx';
import { Users } from './users.tsx';

/** Access: who may enter a team, as what, and which programs may. */
export function AccessPage({ client, team }: { client: Client; team: Team }) {
  const { me } = useIdentity();
  const users = useQuery(usersQuery(client, team.team_id));
  const groups = useQuery(groupsQuery(client, team.team_id));
  const issuers = useQuery(issuersQuery(client));
  const whole = useQuery(teamsQuery(client));
  const tokens = useQuery(tokensQuery(client, team.team_id));
  const now = useNow(Math.max(users.dataUpdatedAt, tokens.dataUpdatedAt));
  const knownGroups = groups.data?.groups ?? [];

  return (
    <>
      <div className="page-title">
        <h1>Access</h1>
        <p className="soft">Who may enter {team.name}, as what, and which programs may.</p>
      </div>
      {me.is_fresh ? null : (
        <div className="notice">
          <Icon name="info" />
          <p className="notice-body">
            Most changes here take a sign-in within the last ten minutes. Sign in once more before you begin.
          </p>
          <SignInOnceMore />
        </div>
      )}
      <Part title="People" intro="Everybody who may sign in to this team.">
        <Loaded query={users} what="The people" lines={5}>
          {(answer) => (
            <Users
              client={client}
              team={team}
              users={answer.users}
              groups={knownGroups}
              issuers={issuers.data?.issuers ?? []}
              now={now}
            />
          )}
        </Loaded>
      </Part>
      <Part
        title="Invitations"
        intro="Whoever signs in with an invited address within 14 days is in. Nothing is sent: tell them."
      >
        <Loaded query={users} what="The invitations">
          {(answer) => (
            <Invitations
              client={client}
              team={team}
              invitations={answer.invitations}
              groups={knownGroups}
              now={now}
            />
          )}
        </Loaded>
      </Part>
      <Part title="Joining by oneself" intro="Who comes in as a developer without an invitation.">
        <Loaded query={whole} what="Who may join">
          {({ teams }) => {
            const settings = teams.find((candidate) => candidate.team_id === team.team_id);
            return settings === undefined ? null : <Joining client={client} team={settings} />;
          }}
        </Loaded>
      </Part>
      <Part
        title="API tokens"
        intro="For programs. Each may do what its scopes name, in this team alone, and ends with the admin who made it."
      >
        <Loaded query={tokens} what="The tokens">
          {(answer) => (
            <Tokens
              client={client}
              team={team}
              tokens={answer.tokens}
              users={users.data?.users ?? []}
              now={now}
            />
          )}
        </Loaded>
      </Part>
    </>
  );
}
