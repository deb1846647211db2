import type { AiBasis } from '../api/client.ts';
import type { MetricsQuestion } from '../api/queries.ts';
import { addDays, dayIn, daysBetween, isDay } from '../format/instant.ts';

/** What a page of metrics shows, as its address says: `?team=&from=&to=&group=&repository=&author=&by=`. */
export interface Selection {
  team: string | null;
  from: string | null;
  to: string | null;
  group: string | null;
  repository: string | null;
  author: string | null;
  /** What tells AI-assisted from other pull requests; where nothing is compared it is kept, but makes no difference. */
  by: AiBasis | null;
}

export type Select = (selection: Selection, how: 'push' | 'replace') => void;

const NAMES = ['team', 'from', 'to', 'group', 'repository', 'author', 'by'] as const;
const BASES: readonly AiBasis[] = ['combined', 'answer', 'detection'];

/** Days of the ranges offered with one click. */
export const PRESETS = [30, 90, 180, 365] as const;
const DEFAULT_DAYS = 90;
/** The API answers for up to 2 years. */
const MOST_DAYS = 731;

export function parseSelection(search: string): Selection {
  const params = new URLSearchParams(search);
  const value = (name: string) => {
    const text = params.get(name)?.trim() ?? '';
    return text === '' ? null : text;
  };
  return {
    team: value('team'),
    // An emptied date field is kept apart from one never set: the first is a mistake to show, the second has a default.
    from: params.get('from'),
    to: params.get('to'),
    group: value('group'),
    repository: value('repository'),
    author: value('author'),
    by: BASES.find((basis) => basis === params.get('by')) ?? null,
  };
}

/** The address's query for a selection, parameters always in the same order. */
export function selectionSearch(selection: Selection): string {
  const params = new URLSearchParams();
  for (const name of NAMES) {
    const value = selection[name];
    if (value !== null) params.set(name, value);
  }
  const search = params.toString();
  return search === '' ? '' : `?${search}`;
}

/** Narrowed to fewer than all pull requests of the range. */
export function isFiltered(selection: Selection): boolean {
  return selection.group !== null || selection.repository !== null || selection.author !== null;
}

/** The last `days` days, today included, as the team's clock has it. */
export function presetRange(days: number, timeZone: string, now: number): { from: string; to: string } {
  const to = dayIn(timeZone, now);
  return { from: addDays(to, 1 - days), to };
}

/** Fills in what the address leaves open: the last 90 days. */
export function withDefaultRange(selection: Selection, timeZone: string, now: number): Selection {
  if (selection.from !== null && selection.to !== null) return selection;
  if (selection.from === null && selection.to !== null && isDay(selection.to)) {
    return { ...selection, from: addDays(selection.to, 1 - DEFAULT_DAYS) };
  }
  const range = presetRange(DEFAULT_DAYS, timeZone, now);
  return { ...selection, from: selection.from ?? range.from, to: selection.to ?? range.to };
}

/** The preset a range is, if it is one. */
export function presetOf(
  from: string | null,
  to: string | null,
  timeZone: string,
  now: number,
): number | null {
  const match = PRESETS.find((days) => {
    const range = presetRange(days, timeZone, now);
    return range.from === from && range.to === to;
  });
  return match ?? null;
}

export interface RangeProblem {
  field: 'from' | 'to';
  message: string;
}

/** Why two dates are no range that can be asked for; null when they are one. */
export function rangeProblem(from: string | null, to: string | null): RangeProblem | null {
  if (from === null || !isDay(from)) {
    return { field: 'from', message: 'Choose the first day as a date, for example 2026-08-25.' };
  }
  if (to === null || !isDay(to)) {
    return { field: 'to', message: 'Choose the last day as a date, for example 2026-11-22.' };
  }
  if (to < from) return { field: 'to', message: 'The last day is before the first day.' };
  if (daysBetween(from, to) > MOST_DAYS) {
    return { field: 'from', message: 'The range is longer than 2 years. Choose a shorter one.' };
  }
  return null;
}

/** The question to the API; null while the dates are no range. */
export function questionOf(selection: Selection): MetricsQuestion | null {
  const { from, to, group, repository, author } = selection;
  if (from === null || to === null || rangeProblem(from, to) !== null) return null;
  return { from, to, group, repository, author };
}
