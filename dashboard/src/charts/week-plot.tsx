import { useId, useState, type PointerEvent, type ReactNode } from 'react';
import { useWidth } from './use-width.ts';

/** One week on the horizontal axis. */
export interface PlotWeek {
  key: string;
  label: string;
  /** What a pointer over the week shows. */
  readout: ReactNode;
}

/** Where things lie, in CSS pixels. */
export interface Scale {
  /** Width of a week. */
  step: number;
  /** The middle of the week with an index. */
  middle: (index: number) => number;
  y: (value: number) => number;
}

const HEIGHT = 232;
const TOP = 10;
const BOTTOM = 26;
const LABEL_WIDTH = 48;

/** Every how many columns one label fits. */
export function labelStep(columns: number, width: number): number {
  return Math.max(1, Math.ceil((columns * LABEL_WIDTH) / Math.max(width, 1)));
}

/**
 * The axes of a chart over weeks and what a pointer reads from it; the marks are its children. Drawn with plain SVG: a
 * charting library would be ten times the size of the rest of the page, and most inject style elements, which the
 * content security policy refuses.
 */
export function WeekPlot(props: {
  title: string;
  description: string;
  weeks: readonly PlotWeek[];
  ticks: readonly number[];
  formatTick: (value: number) => string;
  children: (scale: Scale) => ReactNode;
}) {
  const { title, description, weeks, ticks, formatTick, children } = props;
  const [ref, width] = useWidth(640);
  const [active, setActive] = useState<number | null>(null);
  const id = useId();

  const max = ticks.at(-1) ?? 1;
  const longest = Math.max(...ticks.map((tick) => formatTick(tick).length));
  const left = 12 + longest * 7;
  const plotWidth = Math.max(width - left - 4, 10);
  const plotHeight = HEIGHT - TOP - BOTTOM;
  const step = plotWidth / Math.max(weeks.length, 1);
  const y = (value: number) => TOP + plotHeight * (1 - Math.min(value, max) / max);
  const middle = (index: number) => left + step * (index + 0.5);
  const labels = labelStep(weeks.length, plotWidth);

  const onPointer = (event: PointerEvent<SVGSVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const index = Math.floor((event.clientX - box.left - left) / step);
    setActive(index >= 0 && index < weeks.length ? index : null);
  };
  const shown = active === null ? undefined : weeks[active];

  return (
    <div className="chart" ref={ref}>
      <svg
        width={width}
        height={HEIGHT}
        viewBox={`0 0 ${width} ${HEIGHT}`}
        role="img"
        aria-labelledby={`${id}-title ${id}-desc`}
        onPointerMove={onPointer}
        onPointerDown={onPointer}
        onPointerLeave={() => {
          setActive(null);
        }}
      >
        <title id={`${id}-title`}>{title}</title>
        <desc id={`${id}-desc`}>{description}</desc>
        {/* Without this a browser shows the chart's title as a tooltip over the readout. */}
        <g pointerEvents="none">
          {ticks.map((tick) => (
            <g key={tick}>
              <line
                className={tick === 0 ? 'chart-base' : 'chart-grid'}
                x1={left}
                x2={width - 4}
                y1={y(tick)}
                y2={y(tick)}
              />
              <text className="chart-label" x={left - 8} y={y(tick)} dy="0.32em" textAnchor="end">
                {formatTick(tick)}
              </text>
            </g>
          ))}
          {active === null ? null : (
            <rect className="chart-hover" x={left + step * active} y={TOP} width={step} height={plotHeight} />
          )}
          {children({ step, middle, y })}
          {weeks.map((week, index) =>
            index % labels === 0 ? (
              <text
                key={week.key}
                className="chart-label"
                x={Math.min(middle(index), width - LABEL_WIDTH / 2)}
                y={HEIGHT - 7}
                textAnchor="middle"
              >
                {week.label}
              </text>
            ) : null,
          )}
        </g>
      </svg>
      {shown === undefined || active === null ? null : (
        <div
          className={active > weeks.length / 2 ? 'chart-readout chart-readout-left' : 'chart-readout'}
          style={{ left: middle(active) }}
          aria-hidden="true"
        >
          {shown.readout}
        </div>
      )}
    </div>
  );
}
