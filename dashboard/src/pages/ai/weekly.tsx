import type { Ai, AiBasis } from '../../api/client.ts';
import { LegendMark, WeekLines, type Mark } from '../../charts/week-lines.tsx';
import { PartialNote, WeekHeader } from '../../charts/week.tsx';
import { ChartCard } from '../../components/chart-card.tsx';
import { MetricInfo, SampleSize, type DataAge } from '../../components/metric-info.tsx';
import { NoValue } from '../../components/value.tsx';
import { count, countTicks, percent } from '../../format/number.ts';
import { describeShares, sharePoints, type SharePoint } from './data.ts';

/** The usual one last: it is drawn over the others. */
const LINES: readonly { key: AiBasis; mark: Mark; label: string }[] = [
  { key: 'answer', mark: 'square', label: 'By answer' },
  { key: 'detection', mark: 'triangle', label: 'By detection' },
  { key: 'combined', mark: 'circle', label: 'Combined' },
];

export function SharesByWeek({ ai, age }: { ai: Ai; age: DataAge }) {
  const { by_answer: byAnswer, by_detection: byDetection, combined } = ai.assisted_share;
  const weeks = sharePoints(ai);
  const highest = Math.max(0.05, ...weeks.flatMap((week) => LINES.map(({ key }) => week.shares[key] ?? 0)));
  return (
    <ChartCard
      className="span-2"
      title="AI-assisted share by week"
      info={
        <MetricInfo
          name="Combined"
          unit="pull requests"
          meta={combined}
          age={age}
          parts={[
            { name: 'By answer', meta: byAnswer },
            { name: 'By detection', meta: byDetection },
          ]}
        />
      }
      summary={<SampleSize meta={combined} unit="pull request" />}
      chart={
        <>
          <ul className="legend">
            {LINES.map((line) => (
              <li key={line.key}>
                <LegendMark line={line} />
                {line.label}
              </li>
            ))}
            <PartialNote weeks={weeks} look="Hollow" />
          </ul>
          <WeekLines
            title="Share of AI-assisted pull requests, by week of merge"
            description={describeShares(weeks)}
            ticks={countTicks(highest * 100).map((tick) => tick / 100)}
            formatTick={(tick) => `${count(tick * 100)}%`}
            weeks={weeks.map((week) => ({
              key: week.week,
              label: week.label,
              partial: week.partial,
              readout: <Readout week={week} />,
            }))}
            lines={LINES.map(({ key, mark }) => ({
              key,
              mark,
              values: weeks.map((week) => week.shares[key]),
            }))}
          />
          <p className="chart-note soft">
            By answer is the share of those whose authors answered; the others are shares of all merged pull
            requests.
          </p>
        </>
      }
      table={
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by keyboard
        <div className="table-scroll" role="region" aria-label="Table of shares by week" tabIndex={0}>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">Week</th>
                <th scope="col">Merged</th>
                <th scope="col">Answered</th>
                {LINES.map((line) => (
                  <th key={line.key} scope="col">
                    {line.label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {weeks.map((week) => (
                <tr key={week.week}>
                  <WeekHeader week={week} />
                  <td>{count(week.merged)}</td>
                  <td>{count(week.answered)}</td>
                  {LINES.map(({ key }) => (
                    <td key={key}>
                      <ShareOf week={week} basis={key} />
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      }
    />
  );
}

function Readout({ week }: { week: SharePoint }) {
  return (
    <>
      <strong>{week.span}</strong>
      {LINES.map((line) => (
        <span key={line.key}>
          <LegendMark line={line} /> {line.label} <ShareOf week={week} basis={line.key} />
        </span>
      ))}
      <span className="soft">
        {count(week.merged)} merged, {count(week.answered)} answered
      </span>
    </>
  );
}

function ShareOf({ week, basis }: { week: SharePoint; basis: AiBasis }) {
  const share = week.shares[basis];
  if (share === null) return <NoValue />;
  return (
    <>
      {percent(share)} <span className="soft">({count(week.counts[basis])})</span>
    </>
  );
}
