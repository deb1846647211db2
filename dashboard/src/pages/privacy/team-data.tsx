import { useQuery } from '@tanstack/react-query';
import { usersQuery } from '../../api/account-queries.ts';
import type { Client, Team } from '../../api/client.ts';
import { exportsQuery } from '../../api/privacy-queries.ts';
import { Loaded } from '../../components/loaded.tsx';
import { Part } from '../../components/part.tsx';
import { useNow } from '../../components/use-now.ts';
import { Exports } from './exports.tsx';
import { askerName } from './words.ts';

/** Everything of the team's, and who took what with them. */
export function TeamData(props: { client: Client; team: Team; leave: (url: string) => void }) {
  const { client, team, leave } = props;
  const exports = useQuery(exportsQuery(client, team.team_id));
  const users = useQuery(usersQuery(client, team.team_id));
  const now = useNow(exports.dataUpdatedAt);
  return (
    <Part
      title="The team’s data"
      intro={`Everything that is kept of ${team.name}, of all its people, in one zip. Keep it where only those see it who may. All exports of the last days are listed, also those of single people.`}
    >
      <Loaded query={exports} what="The exports" lines={2}>
        {(answer) => (
          <Exports
            client={client}
            team={team}
            whose="team"
            known={answer.exports}
            shown={answer.exports}
            label="All exports"
            none="Nobody has asked for an export in the last days."
            askedBy={(entry) => askerName(entry.asked_by, users.data?.users ?? [])}
            now={now}
            leave={leave}
          />
        )}
      </Loaded>
    </Part>
  );
}
