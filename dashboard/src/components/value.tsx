import { exactSeconds, humanDuration } from '../format/duration.ts';
import { absolute, relative } from '../format/instant.ts';

/** A duration in words, the exact seconds in its title; a dash where there is none. */
export function DurationValue({ seconds }: { seconds: number | null | undefined }) {
  if (seconds == null) return <NoValue />;
  return <span title={exactSeconds(seconds)}>{humanDuration(seconds)}</span>;
}

export function NoValue() {
  return (
    <span title="no data">
      <span aria-hidden="true">–</span>
      <span className="visually-hidden">no data</span>
    </span>
  );
}

/** An instant, how long ago and when in the team's time zone. */
export function Instant({ at, timeZone, now }: { at: string; timeZone: string; now: number }) {
  return (
    <time dateTime={at}>
      {relative(at, now)} <span className="soft">({absolute(at, timeZone)})</span>
    </time>
  );
}
