import type { Erasure, Team, User } from '../../api/client.ts';
import { Instant } from '../../components/value.tsx';
import { absolute } from '../../format/instant.ts';
import { Kinds } from './kinds.tsx';
import { askerName } from './words.ts';

/** What an erasure did, and on whose word. */
export function Receipt(props: {
  team: Team;
  erasure: Erasure;
  title: string;
  users: readonly User[];
  now: number;
}) {
  const { team, erasure, title, users, now } = props;
  const at = (instant: string) => <Instant at={instant} timeZone={team.time_zone} now={now} />;
  return (
    <>
      <Kinds title={title} kinds={erasure.erased} none="Nothing that was kept named them." />
      <p className="soft small">
        {erasure.ended_at === null ? null : <>Done {at(erasure.ended_at)}. </>}
        {erasure.own
          ? 'They asked for it themselves'
          : `Begun by ${askerName(erasure.asked_by, users)}`}, {at(erasure.asked_at)}.
      </p>
      <Confirmed team={team} erasure={erasure} users={users} />
    </>
  );
}

function Confirmed({ team, erasure, users }: { team: Team; erasure: Erasure; users: readonly User[] }) {
  const { own, confirmed_at, confirmed_by } = erasure;
  if (confirmed_at !== null) {
    return (
      <p className="soft small">
        Confirmed by {askerName(confirmed_by, users)} on{' '}
        <time dateTime={confirmed_at}>{absolute(confirmed_at, team.time_zone)}</time>.
      </p>
    );
  }
  // Another one without a confirmation is older than the keeping of them.
  return own ? <p className="soft small">Nobody had to confirm it: the 30 days had passed.</p> : null;
}
