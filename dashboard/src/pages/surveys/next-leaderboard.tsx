import { Icon } from '../../components/icon.tsx';
import { Instant } from '../../components/value.tsx';

/** When the leaderboard is posted next, by what is saved, whatever the form says meanwhile. */
export function NextLeaderboard(props: {
  at: string | null;
  channel: string | null;
  timeZone: string;
  now: number;
  /** The form says something else. */
  edited: boolean;
}) {
  const { at, channel, timeZone, now, edited } = props;
  if (channel === null) {
    return (
      <div className="notice">
        <Icon name="info" />
        <p className="notice-body">It is not posted: no channel is {edited ? 'saved yet' : 'named'}.</p>
      </div>
    );
  }
  return (
    <dl className="survey-next">
      <dt className="soft">Next leaderboard{edited ? ', as saved' : ''}</dt>
      <dd>{at === null ? 'not known' : <Instant at={at} timeZone={timeZone} now={now} />}</dd>
      <dt className="soft">In channel</dt>
      <dd>
        <code>{channel}</code>
      </dd>
    </dl>
  );
}
