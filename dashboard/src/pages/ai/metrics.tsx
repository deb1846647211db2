import type { Ai, AiBasis } from '../../api/client.ts';
import type { DataAge } from '../../components/metric-info.tsx';
import { Impact } from './impact.tsx';
import { NotAsked, SurveyReach } from './reach.tsx';
import { Shares } from './shares.tsx';
import { Tools } from './tools.tsx';
import { SharesByWeek } from './weekly.tsx';

/** Every metric of the answer: how much, what it changes, and how sure all that is. */
export function Metrics(props: {
  ai: Ai;
  /** As chosen; the answer may still be the one before. */
  by: AiBasis;
  onBasis: (basis: AiBasis) => void;
  filtered: boolean;
  now: number;
}) {
  const { ai, by, onBasis, filtered, now } = props;
  const age: DataAge = { asOf: ai.as_of, timeZone: ai.time_zone, now };
  return (
    <>
      <Shares ai={ai} age={age} />
      <div className="charts">
        <SharesByWeek ai={ai} age={age} />
        <Tools ai={ai} age={age} />
        <Impact ai={ai} by={by} onBasis={onBasis} age={age} />
        <SurveyReach surveys={ai.surveys} age={age} />
        <NotAsked surveys={ai.surveys} age={age} filtered={filtered} />
      </div>
    </>
  );
}
