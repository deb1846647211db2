import { WeekPlot, type PlotWeek } from './week-plot.tsx';

export interface Column extends PlotWeek {
  /** Drawn lighter: the week is cut by the range. */
  partial: boolean;
  /** From the bottom up. */
  segments: readonly { className: string; value: number }[];
  /** A dot on the column's axis. */
  dot: number | null;
}

/** Stacked columns over weeks. */
export function WeekColumns(props: {
  title: string;
  description: string;
  columns: readonly Column[];
  ticks: readonly number[];
  formatTick: (value: number) => string;
}) {
  const { columns, ...axes } = props;
  return (
    <WeekPlot {...axes} weeks={columns}>
      {({ step, middle, y }) => {
        const bar = Math.min(step * 0.68, 34);
        return columns.map((column, index) => {
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
            </g>
          );
        });
      }}
    </WeekPlot>
  );
}
