import type { Client, Team } from '../../api/client.ts';
import { Icon } from '../../components/icon.tsx';
import { SignInOnceMore } from '../../components/problem-notice.tsx';
import { useIdentity, useMay } from '../../session/identity.ts';
import { DeleteTeam } from './delete-team.tsx';
import { Erasures } from './erasures.tsx';
import { MyData } from './my-data.tsx';
import { MyErasure } from './my-erasure.tsx';
import { TeamData } from './team-data.tsx';

/** Data & privacy: what is kept of people, how they get it, and how it goes. */
export function PrivacyPage(props: {
  client: Client;
  team: Team;
  leave: (url: string) => void;
  onDeleted: (team: Team) => void;
}) {
  const { client, team, leave, onDeleted } = props;
  const { me } = useIdentity();
  const isForAll = useMay(team)('erase');
  return (
    <>
      <div className="page-title">
        <h1>Data &amp; privacy</h1>
        <p className="soft">
          {isForAll
            ? `What ${team.name} keeps of its people, who took it along, and how it goes.`
            : `What ${team.name} keeps of you, how you get it, and how it goes.`}
        </p>
      </div>
      {me.is_fresh ? null : (
        <div className="notice">
          <Icon name="info" />
          <p className="notice-body">
            {isForAll
              ? 'The team’s data, erasures and deletion take a sign-in within the last ten minutes.'
              : 'Asking for your erasure takes a sign-in within the last ten minutes.'}{' '}
            Sign in once more before you begin.
          </p>
          <SignInOnceMore />
        </div>
      )}
      {me.kind === 'user' ? (
        <>
          <MyData client={client} team={team} leave={leave} />
          <MyErasure client={client} team={team} />
        </>
      ) : null}
      {isForAll ? (
        <>
          <TeamData client={client} team={team} leave={leave} />
          <Erasures client={client} team={team} />
          <DeleteTeam client={client} team={team} onDeleted={onDeleted} />
        </>
      ) : null}
    </>
  );
}
