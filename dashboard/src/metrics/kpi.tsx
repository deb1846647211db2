import type { ReactNode } from 'react';
import { MetricInfo, SampleSize, type DataAge, type Meta } from '../components/metric-info.tsx';

/** One metric's number, what it is of, and what stands behind it. */
export function Kpi(props: {
  name: string;
  /** What is counted: one, and several. */
  unit?: { one: string; many: string };
  meta: Meta;
  age: DataAge;
  value: ReactNode;
  children: ReactNode;
}) {
  const { name, unit = { one: 'pull request', many: 'pull requests' }, meta, age, value, children } = props;
  return (
    <section className="card kpi" aria-label={name}>
      <header className="card-head">
        <h2>{name}</h2>
        <MetricInfo name={name} unit={unit.many} meta={meta} age={age} />
      </header>
      <p className="kpi-value">{value}</p>
      <p className="kpi-more">{children}</p>
      <SampleSize meta={meta} unit={unit.one} />
    </section>
  );
}
