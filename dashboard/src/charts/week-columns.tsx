import { useId, useState, type PointerEvent, type ReactNode } from 'react';
import { useWidth } from './use-width.ts';

export interface Column {
  key: string;
  label: string;
  /** Drawn lighter: the week is cut by the range. */
  partial: boolean;
  /** From the bottom up. */
  segments: readonly { className: string; value: number }[];
  /** A dot on the column's axis. */
  dot: number | null;
  /** What a pointer over the column shows. */
  readout: ReactNode;
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
 * Stacked columns over weeks. Drawn with plain SVG: a charting library would be ten times the size of the rest of
 * the page, and most inject style elements, which the content security policy refuses.
 */
export function WeekColumns(props: {
  title: string;
  description: string;
  columns: readonly Column[];
  ticks: readonly number[];
  formatTick: (value: number) => string;
}) {
  const { title, description, columns, ticks, formatTick } = props;
  const [ref, width] = useWidth(640);
  const [active, setActive] = useState<number | null>(null);
  const id = useId();

  const max = ticks.at(-1) ?? 1;
  const longest = Math.max(...ticks.map((tick) => formatTick(tick).length));
  const left = 10 + longest * 7;
  const plotWidth = Math.max(width - left - 4, 10);
  const plotHeight = HEIGHT - TOP - BOTTOM;
  const step = plotWidth / Math.max(columns.length, 1);
  const bar = Math.min(step * 0.68, 34);
  const y = (value: number) => TOP + plotHeight * (1 - Math.min(value, max) / max);
  const middle = (index: number) => left + step * (index + 0.5);
  const labels = labelStep(columns.length, plotWidth);

  const onPointer = (event: PointerEvent<SVGSVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const index = Math.floor((event.clientX - box.left - left) / step);
    setActive(index >= 0 && index < columns.length ? index : null);
  };
  const shown = active === null ? undefined : columns[active];

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
          {columns.map((column, index) => {
            let sum = 0;
            return (
              <g key={column.key} className={column.partial ? 'chart-partial' : undefined}>
                {column.segments.map((segment, position) => {
                  const bottom = y(sum);
                  sum += segment.value;
                  const top = y(sum);
                  // A gap between segments tells them apart without their colours.
                  const gap = position === 0 || bottom - top < 3 ? 0 : 1.5;
                  return bottom - top <= 0 ? null : (
                    <rect
                      key={segment.className}
                      className={segment.className}
                      x={middle(index) - bar / 2}
                      y={top}
                      width={bar}
                      height={Math.max(bottom - top - gap, 1)}
                      rx={Math.min(2, bar / 4)}
                    />
                  );
                })}
                {column.dot === null ? null : (
                  <circle
                    className="chart-dot"
                    cx={middle(index)}
                    cy={y(column.dot)}
                    r={Math.min(4, Math.max(2, step / 4))}
                  />
                )}
                {index % labels === 0 ? (
                  <text
                    className="chart-label"
                    x={Math.min(middle(index), width - LABEL_WIDTH / 2)}
                    y={HEIGHT - 7}
                    textAnchor="middle"
                  >
                    {column.label}
                  </text>
                ) : null}
              </g>
            );
          })}
        </g>
      </svg>
      {shown === undefined || active === null ? null : (
        <div
          className={active > columns.length / 2 ? 'chart-readout chart-readout-left' : 'chart-readout'}
          style={{ left: middle(active) }}
          aria-hidden="true"
        >
          {shown.readout}
        </div>
      )}
    </div>
  );
}
