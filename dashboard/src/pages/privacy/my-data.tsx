import { useQuery } from '@tanstack/react-query';
import type { Client, Team } from '../../api/client.ts';
import { exportsQuery } from '../../api/privacy-queries.ts';
import { Loaded } from '../../components/loaded.tsx';
import { Part } from '../../components/part.tsx';
import { useNow } from '../../components/use-now.ts';
import { useIdentity } from '../../session/identity.ts';
import { Exports } from './exports.tsx';

export function MyData(props: { client: Client; team: Team; leave: (url: string) => void }) {
  const { client, team, leave } = props;
  const { me } = useIdentity();
  const exports = useQuery(exportsQuery(client, team.team_id));
  const now = useNow(exports.dataUpdatedAt);
  return (
    <Part
      title="My data"
      intro={`What ${team.name} keeps of you, in one zip: CSV for spreadsheets, NDJSON for programs. Nobody else can download it.`}
    >
      <Loaded query={exports} what="Your exports" lines={2}>
        {(answer) => (
          <Exports
            client={client}
            team={team}
            whose="me"
            known={answer.exports}
            shown={answer.exports.filter((entry) => entry.whose === 'me' && entry.asked_by === me.id)}
            label="Exports of my data"
            none="You have asked for no export in the last days."
            askedBy={() => null}
            now={now}
            leave={leave}
          />
        )}
      </Loaded>
    </Part>
  );
}
