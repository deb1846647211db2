import type { Delivery } from '../../api/client.ts';
import { PartialNote, WeekHeader } from '../../charts/week.tsx';
import { WeekColumns } from '../../charts/week-columns.tsx';
import { ChartCard } from '../../components/chart-card.tsx';
import { MetricInfo, SampleSize, type DataAge } from '../../components/metric-info.tsx';
import { DurationValue } from '../../components/value.tsx';
import { durationTick, durationTicks, humanDuration } from '../../format/duration.ts';
import { count, countTicks, plural } from '../../format/number.ts';
import { PHASES, describeCycle, describeThroughput, type WeekPoint } from './data.ts';

function words(seconds: number | null): string {
  return seconds === null ? 'no data' : humanDuration(seconds);
}

export function CycleByWeek(props: { delivery: Delivery; weeks: readonly WeekPoint[]; age: DataAge }) {
  const { delivery, weeks, age } = props;
  const highest = Math.max(
    1,
    ...weeks.map((week) => {
      const stack = (week.phases.pickup ?? 0) + (week.phases.review ?? 0) + (week.phases.merge ?? 0);
      return Math.max(stack, week.cycleMedian ?? 0);
    }),
  );
  return (
    <ChartCard
      className="span-2"
      title="Cycle time by week"
      info={<MetricInfo name="Cycle time" unit="pull requests" meta={delivery.cycle_time} age={age} />}
      summary={<SampleSize meta={delivery.cycle_time} unit="pull request" />}
      chart={
        <>
          <ul className="legend">
            {PHASES.map((phase) => (
              <li key={phase.key}>
                <span className={`swatch swatch-${phase.key}`} aria-hidden="true" />
                {phase.label}
              </li>
            ))}
            <li>
              <span className="swatch swatch-dot" aria-hidden="true" />
              Cycle time, median
            </li>
            <PartialNote weeks={weeks} />
          </ul>
          <WeekColumns
            title="Median cycle time and its phases, by week of merge"
            description={describeCycle(weeks)}
            ticks={durationTicks(highest)}
            formatTick={durationTick}
            columns={weeks.map((week) => ({
              key: week.week,
              label: week.label,
              partial: week.partial,
              segments: PHASES.map((phase) => ({
                className: `fill-${phase.key}`,
                value: week.phases[phase.key] ?? 0,
              })),
              dot: week.cycleMedian,
              readout: (
                <>
                  <strong>{week.span}</strong>
                  <span>
                    Cycle time {words(week.cycleMedian)}, p75 {words(week.cycleP75)}
                  </span>
                  {PHASES.map((phase) => (
                    <span key={phase.key}>
                      <span className={`swatch swatch-${phase.key}`} /> {phase.label}{' '}
                      {words(week.phases[phase.key])}
                    </span>
                  ))}
                  <span className="soft">n = {count(week.cycleN)}</span>
                </>
              ),
            }))}
          />
          <p className="chart-note soft">
            Each part is the median of its phase over reviewed pull requests. Medians need not add up: the dot
            is the median of the whole.
          </p>
        </>
      }
      table={
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by keyboard
        <div className="table-scroll" role="region" aria-label="Table of cycle time by week" tabIndex={0}>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">Week</th>
                <th scope="col">n</th>
                <th scope="col">Cycle time</th>
                <th scope="col">p75</th>
                {PHASES.map((phase) => (
                  <th key={phase.key} scope="col">
                    {phase.label}
                  </th>
                ))}
                <th scope="col">Coding</th>
              </tr>
            </thead>
            <tbody>
              {weeks.map((week) => (
                <tr key={week.week}>
                  <WeekHeader week={week} />
                  <td>{count(week.cycleN)}</td>
                  <td>
                    <DurationValue seconds={week.cycleMedian} />
                  </td>
                  <td>
                    <DurationValue seconds={week.cycleP75} />
                  </td>
                  {PHASES.map((phase) => (
                    <td key={phase.key}>
                      <DurationValue seconds={week.phases[phase.key]} />
                    </td>
                  ))}
                  <td>
                    <DurationValue seconds={week.codingMedian} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      }
    />
  );
}

export function ThroughputByWeek(props: { delivery: Delivery; weeks: readonly WeekPoint[]; age: DataAge }) {
  const { delivery, weeks, age } = props;
  const highest = Math.max(1, ...weeks.map((week) => week.merged));
  return (
    <ChartCard
      className="span-2"
      title="Merged pull requests by week"
      info={<MetricInfo name="Throughput" unit="pull requests" meta={delivery.throughput} age={age} />}
      summary={<SampleSize meta={delivery.throughput} unit="pull request" />}
      chart={
        <>
          {weeks.some((week) => week.partial) ? (
            <ul className="legend">
              <PartialNote weeks={weeks} />
            </ul>
          ) : null}
          <WeekColumns
            title="Merged pull requests, by week"
            description={describeThroughput(weeks)}
            ticks={countTicks(highest)}
            formatTick={count}
            columns={weeks.map((week) => ({
              key: week.week,
              label: week.label,
              partial: week.partial,
              segments: [{ className: 'fill-bar', value: week.merged }],
              dot: null,
              readout: (
                <>
                  <strong>{week.span}</strong>
                  <span>{plural(week.merged, 'merged pull request')}</span>
                </>
              ),
            }))}
          />
        </>
      }
      table={
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Week</th>
              <th scope="col">Merged</th>
            </tr>
          </thead>
          <tbody>
            {weeks.map((week) => (
              <tr key={week.week}>
                <WeekHeader week={week} />
                <td>{count(week.merged)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      }
    />
  );
}
