import { useId, useState, type ReactNode } from 'react';

/** A chart under its heading, and the same numbers as a table behind a switch. */
export function ChartCard(props: {
  title: string;
  summary?: ReactNode;
  info: ReactNode;
  chart: ReactNode;
  table?: ReactNode;
  className?: string;
}) {
  const { title, summary, info, chart, table, className } = props;
  const [asTable, setAsTable] = useState(false);
  const id = useId();
  return (
    <section className={className === undefined ? 'card' : `card ${className}`} aria-labelledby={id}>
      <header className="card-head">
        <h2 id={id}>{title}</h2>
        {info}
        <span className="card-head-end">
          {summary}
          {table === undefined ? null : (
            <button
              type="button"
              className="link-button"
              aria-label={`${asTable ? 'Chart' : 'Table'}: ${title}`}
              onClick={() => {
                setAsTable(!asTable);
              }}
            >
              {asTable ? 'Chart' : 'Table'}
            </button>
          )}
        </span>
      </header>
      {asTable ? table : chart}
    </section>
  );
}
