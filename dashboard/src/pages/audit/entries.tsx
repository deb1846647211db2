import { absolute, relative } from '../../format/instant.ts';
import { aboutWords, actionWords, actorName, type Entry, type Names } from './log.ts';

/** Entries of the log, the newest first. */
export function Entries(props: {
  entries: readonly Entry[];
  /** There are others that the filters leave out. */
  isNarrowed: boolean;
  names: Names;
  timeZone: string;
  now: number;
}) {
  const { entries, isNarrowed, names, timeZone, now } = props;
  if (entries.length === 0) {
    return (
      <p className="soft">
        {isNarrowed ? 'None of the entries fits the filters.' : 'Nothing happened between these days.'}
      </p>
    );
  }
  return (
    <ol className="log">
      {entries.map((entry) => (
        <li key={`${entry.at} ${entry.request_id}`} className="log-entry">
          <time dateTime={entry.at} title={relative(entry.at, now)} className="soft">
            {absolute(entry.at, timeZone)}
          </time>
          <span className="log-who">
            {actorName(entry, names)}
            {entry.from === null ? null : <span className="soft small"> from {entry.from}</span>}
          </span>
          <div className="log-what">
            <p>
              {actionWords(entry.action)}
              {entry.about === null ? null : <span className="soft">: {aboutWords(entry.about, names)}</span>}
            </p>
            <p className="soft small">
              <code>{entry.action}</code>
            </p>
          </div>
          <span className="log-ends">
            <span className={entry.kind === 'change' ? 'pill pill-busy' : 'pill'}>{entry.kind}</span>
            <Status status={entry.status} />
          </span>
        </li>
      ))}
    </ol>
  );
}

/** How it ended, where that is worth a look. */
function Status({ status }: { status: number | null }) {
  if (status === null) return <span className="pill pill-warn">broke off</span>;
  if (status < 400) return null;
  return <span className="pill pill-bad">{status < 500 ? `refused, ${status}` : `failed, ${status}`}</span>;
}
