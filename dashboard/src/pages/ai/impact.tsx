import { useId } from 'react';
import type { Ai, AiBasis } from '../../api/client.ts';
import { MetricInfo, type DataAge } from '../../components/metric-info.tsx';
import { NoValue } from '../../components/value.tsx';
import { count } from '../../format/number.ts';
import { BASES, impactRows, shareBy, type Group, type ImpactRow } from './data.ts';

const TOLD_BY: Record<AiBasis, string> = {
  combined: 'whose authors say so; where there is no answer, those in which detection finds AI.',
  answer: 'whose authors say so. Those without an answer are in neither group.',
  detection: 'in which detection finds AI, whatever their authors say.',
};

/** AI-assisted pull requests against the others, and what tells them apart. */
export function Impact(props: { ai: Ai; by: AiBasis; onBasis: (basis: AiBasis) => void; age: DataAge }) {
  const { ai, by, onBasis, age } = props;
  const id = useId();
  return (
    <section className="card span-all impact" aria-labelledby={id}>
      <header className="card-head impact-head">
        <div>
          <h2 id={id}>AI-assisted against other pull requests</h2>
          <MetricInfo
            name="What tells them apart"
            unit="pull requests"
            meta={shareBy(ai.assisted_share, ai.by)}
            age={age}
          />
        </div>
        <div className="impact-basis">
          <span className="field-label" id={`${id}-by`}>
            Told apart by
          </span>
          <div className="segments" role="group" aria-labelledby={`${id}-by`}>
            {BASES.map(({ basis, label }) => (
              <button
                key={basis}
                type="button"
                aria-pressed={by === basis}
                onClick={() => {
                  onBasis(basis);
                }}
              >
                {label}
              </button>
            ))}
          </div>
        </div>
      </header>
      <p className="soft small">AI-assisted are those {TOLD_BY[ai.by]}</p>
      <table className="table impact-table">
        <thead>
          <tr>
            <th scope="col">Metric</th>
            <th scope="col">AI-assisted</th>
            <th scope="col">Others</th>
            <th scope="col">AI-assisted minus others</th>
          </tr>
        </thead>
        <tbody>
          {impactRows(ai).map((row) => (
            <tr key={row.key}>
              <th scope="row">
                <span className="impact-name">
                  {row.name}
                  <MetricInfo name={row.name} unit={row.unit} meta={row.meta} age={age} />
                </span>
                <span className="impact-kind soft">{row.kind}</span>
              </th>
              <td data-label="AI-assisted">
                <GroupValue group={row.assisted} unit={row.unit} />
              </td>
              <td data-label="Others">
                <GroupValue group={row.others} unit={row.unit} />
              </td>
              <td data-label="AI-assisted minus others">
                <Difference row={row} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="chart-note soft">
        In brackets are 95% intervals. Where that of a difference holds 0, the groups may well be the same. A
        difference is not yet an effect of AI: who uses it, and for what, may differ, too.
      </p>
    </section>
  );
}

function GroupValue({ group, unit }: { group: Group; unit: string }) {
  return (
    <>
      <span className="impact-value">{group.value ?? <NoValue />}</span>
      {group.interval === null ? null : <span className="impact-more soft">({group.interval})</span>}
      <span className="impact-more soft">
        n = {count(group.n)}
        <span className="visually-hidden"> {unit}</span>
      </span>
    </>
  );
}

function Difference({ row }: { row: ImpactRow }) {
  const { difference, verdict, clear, lack } = row;
  return (
    <div className="impact-difference">
      <div>
        <span className={clear ? 'pill pill-busy' : 'pill'}>{verdict}</span>
        {difference === null ? (
          <span className="impact-more impact-lack soft">{lack}</span>
        ) : (
          <>
            <span className="impact-value">{difference.words}</span>
            <span className="impact-more soft">({difference.interval})</span>
          </>
        )}
      </div>
      {difference === null ? null : <IntervalPlot difference={difference} clear={clear} />}
    </div>
  );
}

const WIDTH = 168;
const HEIGHT = 28;

/** Where the interval lies beside 0, to be seen at a glance; its numbers are written next to it. */
function IntervalPlot(props: { difference: { value: number; low: number; high: number }; clear: boolean }) {
  const { difference, clear } = props;
  const reach = Math.max(Math.abs(difference.low), Math.abs(difference.high)) * 1.1 || 1;
  const x = (value: number) => (WIDTH / 2) * (1 + value / reach);
  return (
    <svg
      className={clear ? 'interval-plot interval-plot-clear' : 'interval-plot'}
      width={WIDTH}
      height={HEIGHT}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      aria-hidden="true"
      focusable="false"
    >
      <path className="interval-zero" d={`M${WIDTH / 2} 2V${HEIGHT - 2}`} />
      <path
        className="interval-line"
        d={`M${x(difference.low)} ${HEIGHT / 2}H${x(difference.high)}M${x(difference.low)} 9V${HEIGHT - 9}M${x(difference.high)} 9V${HEIGHT - 9}`}
      />
      <circle className="interval-dot" cx={x(difference.value)} cy={HEIGHT / 2} r="4.5" />
    </svg>
  );
}
