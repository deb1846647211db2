import { useId } from 'react';
import type { Delivery } from '../../api/client.ts';
import { BarList } from '../../charts/bar-list.tsx';
import { ChartCard } from '../../components/chart-card.tsx';
import { Icon } from '../../components/icon.tsx';
import { MetricInfo, SampleSize, type DataAge } from '../../components/metric-info.tsx';
import { DurationValue, NoValue } from '../../components/value.tsx';
import { count, percent, plural } from '../../format/number.ts';
import { loadBars, phaseShares, sizeBars } from './data.ts';

const MOST_REVIEWERS = 8;

export function CycleBreakdown({ delivery, age }: { delivery: Delivery; age: DataAge }) {
  const phases = phaseShares(delivery);
  const id = useId();
  return (
    <ChartCard
      title="Where cycle time goes"
      info={
        <MetricInfo
          name="Pickup time"
          unit="pull requests"
          meta={delivery.pickup_time}
          age={age}
          parts={[
            { name: 'Review time', meta: delivery.review_time },
            { name: 'Merge time', meta: delivery.merge_time },
          ]}
        />
      }
      summary={<SampleSize meta={delivery.pickup_time} unit="reviewed pull request" />}
      chart={
        <>
          {phases.some((phase) => phase.share !== null) ? (
            <svg
              className="share-bar"
              width="100%"
              height="22"
              role="img"
              aria-labelledby={`${id}-title ${id}-desc`}
            >
              <title id={`${id}-title`}>Shares of the phases in the mean cycle time</title>
              <desc id={`${id}-desc`}>
                {phases.map((phase) => `${phase.label} ${percent(phase.share ?? 0)}`).join(', ')}
              </desc>
              {phases.map((phase, index) => {
                const start = phases.slice(0, index).reduce((sum, before) => sum + (before.share ?? 0), 0);
                return (
                  <rect
                    key={phase.key}
                    className={`fill-${phase.key}`}
                    x={`${start * 100}%`}
                    width={`${(phase.share ?? 0) * 100}%`}
                    height="22"
                  />
                );
              })}
            </svg>
          ) : null}
          <table className="table phase-table">
            <thead>
              <tr>
                <th scope="col">Phase</th>
                <th scope="col">Median</th>
                <th scope="col">p75</th>
                <th scope="col">Share</th>
              </tr>
            </thead>
            <tbody>
              {phases.map((phase) => (
                <tr key={phase.key}>
                  <th scope="row">
                    <span className={`swatch swatch-${phase.key}`} aria-hidden="true" />
                    {phase.label}
                    <span className="phase-from soft">{phase.from}</span>
                  </th>
                  <td>
                    <DurationValue seconds={phase.median} />
                  </td>
                  <td>
                    <DurationValue seconds={phase.p75} />
                  </td>
                  <td>{phase.share === null ? <NoValue /> : percent(phase.share)}</td>
                </tr>
              ))}
            </tbody>
          </table>
          <p className="chart-note soft">
            Shares are of the mean: unlike medians, means of the phases add up.
          </p>
        </>
      }
    />
  );
}

export function SizeMix({ size, age }: { size: Delivery['size']; age: DataAge }) {
  const bars = sizeBars(size);
  const longest = Math.max(...bars.map((bar) => bar.share), 0.01);
  return (
    <ChartCard
      className="size-mix"
      title="Size mix"
      info={<MetricInfo name="Size" unit="pull requests" meta={size} age={age} />}
      summary={<SampleSize meta={size} unit="pull request" />}
      chart={
        <>
          <BarList
            label="Pull requests by size"
            items={bars.map((bar) => ({
              key: bar.label,
              label: <b className="size-label">{bar.label}</b>,
              note: bar.lines,
              value: percent(bar.share),
              detail: count(bar.count),
              length: bar.share / longest,
            }))}
          />
          <p className="chart-note soft">
            {size.median_lines == null
              ? 'Changed lines: added plus deleted.'
              : `Half of them change ${plural(Math.round(size.median_lines), 'line')} or fewer.`}
          </p>
        </>
      }
    />
  );
}

export function ReviewLoad({ load, age }: { load: Delivery['review_load']; age: DataAge }) {
  const { bars, others } = loadBars(load, MOST_REVIEWERS);
  const longest = Math.max(...bars.map((bar) => bar.share), 0.01);
  return (
    <ChartCard
      className="span-2"
      title="Review load"
      info={<MetricInfo name="Review load" unit="reviews" meta={load} age={age} />}
      summary={<SampleSize meta={load} unit="review" />}
      chart={
        <>
          {load.warning == null ? null : (
            <div className="notice notice-warn">
              <Icon name="warning" />
              <p className="notice-body">{load.warning}</p>
            </div>
          )}
          {bars.length === 0 ? (
            others === null ? (
              <p className="soft">No reviews by people in this range.</p>
            ) : null
          ) : (
            <BarList
              label="Reviews by person"
              items={bars.map((bar) => ({
                key: bar.id,
                label: bar.login,
                value: percent(bar.share),
                detail: count(bar.reviews),
                length: bar.share / longest,
                strong: bar.over,
              }))}
            />
          )}
          {others === null ? null : <p className="chart-note soft">{others}.</p>}
        </>
      }
    />
  );
}

const SOURCES = { vendor: 'the vendor says so', team: 'on the team’s list' };

export function BotList({ bots }: { bots: Delivery['bots'] }) {
  const total = bots.reduce((sum, bot) => sum + bot.pull_requests, 0);
  return (
    <section className="card" aria-labelledby="bots-title">
      <header className="card-head">
        <h2 id="bots-title">Bots left out</h2>
        <span className="card-head-end sample">{plural(total, 'pull request')}</span>
      </header>
      {bots.length === 0 ? (
        <p className="soft">No bot merged a pull request in this range.</p>
      ) : (
        <ul className="bots">
          {bots.map((bot) => (
            <li key={bot.id}>
              <span className="bot-login">{bot.login}</span>
              <span className="soft small">{SOURCES[bot.source]}</span>
              <span className="bot-count">{count(bot.pull_requests)}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
