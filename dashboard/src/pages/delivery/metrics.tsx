import type { Delivery, Duration } from '../../api/client.ts';
import type { DataAge } from '../../components/metric-info.tsx';
import { DurationValue, NoValue } from '../../components/value.tsx';
import { count, percent, plural, rate } from '../../format/number.ts';
import { Kpi } from '../../metrics/kpi.tsx';
import { BotList, CycleBreakdown, ReviewLoad, SizeMix } from './breakdown.tsx';
import { weekPoints } from './data.ts';
import { CycleByWeek, ThroughputByWeek } from './weekly.tsx';

/** Every metric of the answer: first the numbers, then how they came about. */
export function Metrics({ delivery, now }: { delivery: Delivery; now: number }) {
  const age: DataAge = { asOf: delivery.as_of ?? null, timeZone: delivery.time_zone, now };
  const weeks = weekPoints(delivery);
  const { throughput, review_rounds: rounds, revert_share: reverts } = delivery;
  return (
    <>
      <div className="kpis">
        <Kpi name="Throughput" meta={throughput} age={age} value={count(throughput.merged)}>
          <span>merged</span>
          <span>
            <b>{rate(throughput.per_week)}</b> per week
          </span>
          <span>
            {throughput.per_week_per_active_author == null ? (
              <NoValue />
            ) : (
              <b>{rate(throughput.per_week_per_active_author)}</b>
            )}{' '}
            per active author
          </span>
          <span>{plural(throughput.active_authors, 'active author')}</span>
        </Kpi>
        <DurationKpi name="Cycle time" duration={delivery.cycle_time} age={age} />
        <DurationKpi name="Coding time" duration={delivery.coding_time} age={age} />
        <DurationKpi name="Lead time" duration={delivery.lead_time} age={age} />
        <Kpi
          name="Review rounds"
          meta={rounds}
          age={age}
          value={rounds.mean == null ? <NoValue /> : rate(rounds.mean)}
        >
          <span>mean</span>
          <span>
            median <b>{rounds.median == null ? <NoValue /> : rate(rounds.median)}</b>
          </span>
        </Kpi>
        <Kpi
          name="Reverts, hotfixes"
          meta={reverts}
          age={age}
          value={reverts.share == null ? <NoValue /> : percent(reverts.share)}
        >
          <span>of merged</span>
          <span>
            <b>{count(reverts.reverts)}</b> {reverts.reverts === 1 ? 'revert' : 'reverts'}
          </span>
          <span>
            <b>{count(reverts.hotfixes)}</b> {reverts.hotfixes === 1 ? 'hotfix' : 'hotfixes'}
          </span>
        </Kpi>
      </div>
      <div className="charts">
        <CycleByWeek delivery={delivery} weeks={weeks} age={age} />
        <CycleBreakdown delivery={delivery} age={age} />
        <ThroughputByWeek delivery={delivery} weeks={weeks} age={age} />
        <SizeMix size={delivery.size} age={age} />
        <ReviewLoad load={delivery.review_load} age={age} />
        <BotList bots={delivery.bots} />
      </div>
    </>
  );
}

function DurationKpi({ name, duration, age }: { name: string; duration: Duration; age: DataAge }) {
  return (
    <Kpi name={name} meta={duration} age={age} value={<DurationValue seconds={duration.median} />}>
      <span>median</span>
      <span>
        p75{' '}
        <b>
          <DurationValue seconds={duration.p75} />
        </b>
      </span>
    </Kpi>
  );
}
