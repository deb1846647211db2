import type { ReactNode } from 'react';

export interface BarItem {
  key: string;
  label: ReactNode;
  note?: ReactNode;
  value: ReactNode;
  detail: ReactNode;
  /** Length of the bar, 0 to 1 of the longest possible. */
  length: number;
  strong?: boolean;
}

/** Horizontal bars with their numbers written out: a list, so that nothing is lost without seeing the bars. */
export function BarList({ items, label }: { items: readonly BarItem[]; label: string }) {
  return (
    <ul className="bar-list" aria-label={label}>
      {items.map((item) => (
        <li key={item.key} className={item.strong === true ? 'bar-row bar-row-strong' : 'bar-row'}>
          <span className="bar-label">
            {item.label}
            {item.note === undefined ? null : <span className="soft"> {item.note}</span>}
          </span>
          <span className="bar-track" aria-hidden="true">
            <span className="bar-fill" style={{ width: `${Math.min(item.length, 1) * 100}%` }} />
          </span>
          <span className="bar-value">{item.value}</span>
          <span className="bar-detail soft">{item.detail}</span>
        </li>
      ))}
    </ul>
  );
}
