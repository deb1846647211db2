import { useId, useLayoutEffect, useRef } from 'react';
import type { Exclusion } from '../api/client.ts';
import { count, plural } from '../format/number.ts';
import { Icon } from './icon.tsx';
import { useDisclosure } from './use-disclosure.ts';
import { Instant } from './value.tsx';

export interface Meta {
  n: number;
  definition: string;
  exclusions: readonly Exclusion[];
}

export interface DataAge {
  asOf: string | null;
  timeZone: string;
  now: number;
}

const MARGIN = 12;

/** One click away from every metric: what it means, what it leaves out, how old it is. */
export function MetricInfo(props: {
  name: string;
  unit: string;
  meta: Meta;
  age: DataAge;
  /** Further definitions and exclusions of parts of the metric. */
  parts?: readonly { name: string; meta: Meta }[];
}) {
  const { name, unit, meta, age, parts = [] } = props;
  const { open, setOpen, wrapper, button } = useDisclosure();
  const id = useId();
  const panel = useRef<HTMLDivElement>(null);

  // The panel hangs from its button; near an edge it is moved back into the window.
  useLayoutEffect(() => {
    const element = panel.current;
    if (!open || element === null) return;
    element.style.translate = 'none';
    const box = element.getBoundingClientRect();
    const width = document.documentElement.clientWidth;
    const left = Math.max(MARGIN, Math.min(box.left, width - MARGIN - box.width));
    element.style.translate = `${left - box.left}px 0`;
  }, [open]);

  return (
    <div className="metric-info" ref={wrapper}>
      <button
        type="button"
        ref={button}
        className="icon-button icon-button-small"
        aria-expanded={open}
        aria-controls={id}
        aria-label={`About ${name}`}
        title={`About ${name}`}
        onClick={() => {
          setOpen(!open);
        }}
      >
        <Icon name="info" />
      </button>
      <div
        id={id}
        ref={panel}
        className="metric-panel"
        hidden={!open}
        role="group"
        aria-label={`About ${name}`}
      >
        <Explanation name={name} unit={unit} meta={meta} />
        {parts.map((part) => (
          <Explanation key={part.name} name={part.name} unit={unit} meta={part.meta} />
        ))}
        <p className="metric-panel-age">
          {age.asOf === null ? (
            'No sync has succeeded yet.'
          ) : (
            <>
              Data as of <Instant at={age.asOf} timeZone={age.timeZone} now={age.now} />
            </>
          )}
        </p>
      </div>
    </div>
  );
}

/** What was left out, most first; rules that left nothing out come last but stay visible. */
function sortedExclusions(exclusions: readonly Exclusion[]): Exclusion[] {
  return [...exclusions].sort((a, b) => b.count - a.count);
}

function Explanation({ name, unit, meta }: { name: string; unit: string; meta: Meta }) {
  const exclusions = sortedExclusions(meta.exclusions);
  return (
    <div className="metric-panel-part">
      <h3>{name}</h3>
      <p>{meta.definition}</p>
      <p>
        <strong>n = {count(meta.n)}</strong> <span className="soft">{unit} measured</span>
      </p>
      {exclusions.length === 0 ? (
        <p className="soft">Nothing is left out.</p>
      ) : (
        <>
          <p className="metric-panel-heading">Left out</p>
          <ul className="exclusions">
            {exclusions.map((exclusion) => (
              <li key={exclusion.reason}>
                <span className="exclusion-count">{count(exclusion.count)}</span>
                <span className={exclusion.count === 0 ? 'soft' : undefined}>{exclusion.description}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

/** `n = 812` beside a metric; what was left out shows in its title. */
export function SampleSize({ meta, unit }: { meta: Meta; unit: string }) {
  const left = meta.exclusions.reduce((sum, exclusion) => sum + exclusion.count, 0);
  return (
    <span className="sample" title={`${plural(meta.n, unit)} measured, ${count(left)} left out`}>
      n = {count(meta.n)}
    </span>
  );
}
