import type { Ai, Proportion } from '../../api/client.ts';
import type { DataAge } from '../../components/metric-info.tsx';
import { NoValue } from '../../components/value.tsx';
import { count, percent, plural } from '../../format/number.ts';
import { Kpi } from '../../metrics/kpi.tsx';
import { between, ENOUGH } from './data.ts';

const GUESSES = { one: 'resolved guess', many: 'resolved guesses' };
const LABELLED = { one: 'labelled pull request', many: 'labelled pull requests' };

/** The AI-assisted share by each way to tell, how well people tell, and how well the detector does. */
export function Shares({ ai, age }: { ai: Ai; age: DataAge }) {
  const { assisted_share: shares, detection_rate: guesses, detector } = ai;
  const merged = shares.combined.n;
  const labels = `from ${plural(detector.labels, 'control answer')}`;
  return (
    <div className="kpis">
      <ShareKpi
        name="AI-assisted"
        share={shares.combined}
        merged={merged}
        age={age}
        as="by answer, else detection"
      />
      <ShareKpi
        name="AI by answer"
        share={shares.by_answer}
        merged={merged}
        age={age}
        as="as their authors say"
      />
      <ShareKpi
        name="AI by detection"
        share={shares.by_detection}
        merged={merged}
        age={age}
        as="as traces of tools show"
      />
      <Kpi
        name="Right guesses"
        unit={GUESSES}
        meta={guesses}
        age={age}
        value={guesses.share === null ? <Lacking /> : percent(guesses.share)}
      >
        <span>reviewers’ detection rate</span>
        {guesses.share === null ? <span>no guess is resolved yet</span> : <OutOf share={guesses} />}
        <Interval share={guesses} />
      </Kpi>
      <DetectorKpi
        name="Detector precision"
        share={detector.precision}
        age={age}
        labels={labels}
        none="none yet where it found AI"
      />
      <DetectorKpi
        name="Detector recall"
        share={detector.recall}
        age={age}
        labels={labels}
        none="none yet that says AI helped"
      />
    </div>
  );
}

function ShareKpi(props: { name: string; share: Proportion; merged: number; age: DataAge; as: string }) {
  const { name, share, merged, age, as } = props;
  return (
    <Kpi name={name} meta={share} age={age} value={share.share === null ? <NoValue /> : percent(share.share)}>
      <span>{as}</span>
      <OutOf share={share} />
      <Interval share={share} />
      <span>
        covers <b>{merged === 0 ? <NoValue /> : percent(share.n / merged)}</b> of merged
      </span>
    </Kpi>
  );
}

function DetectorKpi(props: { name: string; share: Proportion; age: DataAge; labels: string; none: string }) {
  const { name, share, age, labels, none } = props;
  const enough = share.n >= ENOUGH && share.share !== null;
  return (
    <Kpi
      name={name}
      unit={LABELLED}
      meta={share}
      age={age}
      value={enough ? percent(share.share ?? 0) : <Lacking />}
    >
      <span>{labels}</span>
      {share.n === 0 ? (
        <span>{none}</span>
      ) : (
        <>
          <OutOf share={share} />
          <Interval share={share} />
        </>
      )}
    </Kpi>
  );
}

function Lacking() {
  return <span className="kpi-lacking">Not enough data</span>;
}

function OutOf({ share }: { share: Proportion }) {
  return (
    <span>
      <b>{count(share.count)}</b> of {count(share.n)}
    </span>
  );
}

function Interval({ share: { low, high } }: { share: Proportion }) {
  if (low === null || high === null) return null;
  return (
    <span title="The true share lies in here in 95 of 100 samples like this one">
      95% interval <b>{between(low, high, percent)}</b>
    </span>
  );
}
