import { plural } from './number.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The time zone if this browser knows it, else UTC: a zone newer than the browser must not blank the page. */
export function knownTimeZone(timeZone: string): string {
  try {
    return new Intl.DateTimeFormat('en-GB', { timeZone }).resolvedOptions().timeZone;
  } catch {
    return 'UTC';
  }
}

/** How long ago or how soon, in words: `just now`, `12 minutes ago`, `in 3 hours`. */
export function relative(instant: string, now: number): string {
  const difference = Date.parse(instant) - now;
  const size = Math.abs(difference);
  // The server's clock may be a little ahead of this one.
  if (size < MINUTE) return difference > 10_000 ? 'in less than a minute' : 'just now';
  let words: string;
  if (size < HOUR) words = plural(Math.round(size / MINUTE), 'minute');
  else if (size < DAY) words = plural(Math.round(size / HOUR), 'hour');
  else words = plural(Math.round(size / DAY), 'day');
  return difference > 0 ? `in ${words}` : `${words} ago`;
}

/** `22 Nov 2026, 14:02 CET` in the team's time zone. */
export function absolute(instant: string, timeZone: string): string {
  return new Intl.DateTimeFormat('en-GB', {
    timeZone: knownTimeZone(timeZone),
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
  }).format(new Date(instant));
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `24 Aug` of a calendar day (YYYY-MM-DD). Months of three letters keep the charts' labels even. */
export function shortDay(day: string): string {
  return `${Number(day.slice(8, 10))} ${MONTHS[Number(day.slice(5, 7)) - 1] ?? ''}`;
}

/** `24 Aug 2026` of a calendar day (YYYY-MM-DD). */
export function longDay(day: string): string {
  return `${shortDay(day)} ${day.slice(0, 4)}`;
}

/** The calendar day (YYYY-MM-DD) of an instant in a time zone. */
export function dayIn(timeZone: string, now: number): string {
  // sv-SE writes dates the ISO way.
  return new Intl.DateTimeFormat('sv-SE', { timeZone: knownTimeZone(timeZone) }).format(new Date(now));
}

/** The calendar day some days later or, negative, earlier. */
export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY).toISOString().slice(0, 10);
}

/** Days from one calendar day to another, both inclusive. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY) + 1;
}

/** Whether a text is a calendar day that exists. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const parsed = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(text);
}
