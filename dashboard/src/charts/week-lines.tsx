import type { ReactNode } from 'react';
import { WeekPlot, type PlotWeek, type Scale } from './week-plot.tsx';

export type Mark = 'circle' | 'square' | 'triangle';

/** A line over weeks. Its mark tells it from the others without its colour. */
export interface Line {
  key: string;
  mark: Mark;
  /** One value a week; null where there is none, which breaks the line. */
  values: readonly (number | null)[];
}

/** Stretches of weeks that have values, each with the index of its week. */
export function runs(values: readonly (number | null)[]): { index: number; value: number }[][] {
  const found: { index: number; value: number }[][] = [[]];
  values.forEach((value, index) => {
    if (value === null) found.push([]);
    else found.at(-1)?.push({ index, value });
  });
  return found.filter((run) => run.length > 0);
}

/** A week that the range cuts has hollow marks. */
interface LineWeek extends PlotWeek {
  partial: boolean;
}

/** Lines over weeks, the last on top. */
export function WeekLines(props: {
  title: string;
  description: string;
  weeks: readonly LineWeek[];
  lines: readonly Line[];
  ticks: readonly number[];
  formatTick: (value: number) => string;
}) {
  const { lines, ...axes } = props;
  return (
    <WeekPlot {...axes}>
      {(scale) =>
        lines.map((line) => (
          <g key={line.key} className={`series-${line.key}`}>
            {runs(line.values).map((run) => (
              <path key={run[0]?.index} className="series-line" d={pathOf(run, scale)} />
            ))}
            {runs(line.values).flatMap((run) =>
              run.map(({ index, value }) => (
                <MarkAt
                  key={index}
                  mark={line.mark}
                  hollow={axes.weeks[index]?.partial === true}
                  x={scale.middle(index)}
                  y={scale.y(value)}
                  size={Math.min(3.75, Math.max(1.5, scale.step / 5))}
                />
              )),
            )}
          </g>
        ))
      }
    </WeekPlot>
  );
}

function pathOf(run: readonly { index: number; value: number }[], { middle, y }: Scale): string {
  const points = run.map(({ index, value }) => `${middle(index).toFixed(1)} ${y(value).toFixed(1)}`);
  return `M${points.join('L')}`;
}

function MarkAt(props: { mark: Mark; hollow?: boolean; x: number; y: number; size: number }): ReactNode {
  const { mark, hollow = false, x, y, size } = props;
  const className = hollow ? 'series-mark series-mark-hollow' : 'series-mark';
  switch (mark) {
    case 'circle':
      return <circle className={className} cx={x} cy={y} r={size} />;
    case 'square':
      return (
        <rect
          className={className}
          x={x - size * 0.9}
          y={y - size * 0.9}
          width={size * 1.8}
          height={size * 1.8}
        />
      );
    case 'triangle':
      return (
        <path
          className={className}
          d={`M${x} ${y - size * 1.3}L${x + size * 1.2} ${y + size * 0.9}L${x - size * 1.2} ${y + size * 0.9}Z`}
        />
      );
  }
}

/** A line's mark as the legend shows it. */
export function LegendMark({ line }: { line: Pick<Line, 'key' | 'mark'> }) {
  return (
    <svg
      className={`legend-mark series-${line.key}`}
      width="22"
      height="12"
      aria-hidden="true"
      focusable="false"
    >
      <path className="series-line" d="M1 6H21" />
      <MarkAt mark={line.mark} x={11} y={6} size={3.75} />
    </svg>
  );
}
