import { Icon } from '../../components/icon.tsx';
import { Instant } from '../../components/value.tsx';

/** When the leaderboard is posted next, by what is saved. */
export function NextLeaderboard(props: {
  at: string | null;
  channel: string | null;
  timeZone: string;
  now: number;
}) {
  const { at, channel, timeZone, now } = props;
  if (channel === null) {
    return (
      <div className="notice">
        <Icon name="info" />
        <p className="notice-body">It is not posted: no channel is named.</p>
      </div>
    );
  }
  return (
    <dl className="survey-next">
      <dt className="soft">Next leaderboard</dt>
      <dd>{at === null ? 'not known' : <Instant at={at} timeZone={timeZone} now={now} />}</dd>
      <dt className="soft">In channel</dt>
      <dd>
        <code>{channel}</code>
      </dd>
    </dl>
  );
}
