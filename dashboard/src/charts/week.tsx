import { addDays, longDay, shortDay } from '../format/instant.ts';

/** A week of a range, in words. */
export interface Week {
  /** Monday, YYYY-MM-DD. */
  week: string;
  /** `24 Aug`. */
  label: string;
  /** `24 Aug – 30 Aug 2026`, cut at the range's ends. */
  span: string;
  /** The range begins or ends within this week, so that it counts fewer than seven days. */
  partial: boolean;
}

export function weekOf(range: { from: string; to: string }, monday: string): Week {
  const sunday = addDays(monday, 6);
  const first = monday < range.from ? range.from : monday;
  const last = sunday > range.to ? range.to : sunday;
  return {
    week: monday,
    label: shortDay(monday),
    span: first === last ? longDay(first) : `${shortDay(first)} – ${longDay(last)}`,
    partial: first !== monday || last !== sunday,
  };
}

/** The legend's word on weeks that are drawn otherwise. */
export function PartialNote({ weeks, look = 'Lighter' }: { weeks: readonly Week[]; look?: string }) {
  return weeks.some((week) => week.partial) ? <li className="soft">{look}: week cut by the range</li> : null;
}

export function WeekHeader({ week }: { week: Week }) {
  return (
    <th scope="row">
      {week.span}
      {week.partial ? <span className="soft"> (cut)</span> : null}
    </th>
  );
}
