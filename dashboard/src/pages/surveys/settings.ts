import type { SurveySettings } from '../../api/client.ts';

export type Weekday = SurveySettings['leaderboard_weekday'];

export const WEEKDAYS: readonly { day: Weekday; name: string }[] = [
  { day: 'monday', name: 'Monday' },
  { day: 'tuesday', name: 'Tuesday' },
  { day: 'wednesday', name: 'Wednesday' },
  { day: 'thursday', name: 'Thursday' },
  { day: 'friday', name: 'Friday' },
  { day: 'saturday', name: 'Saturday' },
  { day: 'sunday', name: 'Sunday' },
];

/** The settings as the form's controls hold them. */
export interface Values {
  surveys: boolean;
  reveals: boolean;
  /** In percent. */
  samplingRate: string;
  controlRate: string;
  /** Empty: no limit. */
  dailyCap: string;
  weekday: Weekday;
  /** HH:MM */
  time: string;
  /** Empty: the leaderboard is not posted. */
  channel: string;
}

export type Name = keyof Values;
export const NAMES: readonly Name[] = [
  'surveys',
  'reveals',
  'samplingRate',
  'controlRate',
  'dailyCap',
  'weekday',
  'time',
  'channel',
];

export function valuesOf(settings: SurveySettings): Values {
  return {
    surveys: settings.surveys,
    reveals: settings.reveals,
    samplingRate: percentOf(settings.sampling_rate),
    controlRate: percentOf(settings.control_rate),
    dailyCap: settings.daily_cap === null ? '' : String(settings.daily_cap),
    weekday: settings.leaderboard_weekday,
    time: settings.leaderboard_at,
    channel: settings.leaderboard_channel ?? '',
  };
}

/** Without what floating point adds: 0.07 is 7, not 7.000000000000001. */
function percentOf(share: number): string {
  return String(Number((share * 100).toPrecision(12)));
}

/** What the API takes for values without problems: all settings, since what is left out gets its default. */
export function bodyOf(values: Values): SurveySettings {
  const cap = values.dailyCap.trim();
  const channel = values.channel.trim();
  return {
    surveys: values.surveys,
    reveals: values.reveals,
    sampling_rate: numberOf(values.samplingRate) / 100,
    control_rate: numberOf(values.controlRate) / 100,
    daily_cap: cap === '' ? null : Number(cap),
    leaderboard_weekday: values.weekday,
    leaderboard_at: values.time,
    leaderboard_channel: channel === '' ? null : channel,
  };
}

/** NaN where the text is no number; a decimal comma is one, too. */
function numberOf(text: string): number {
  const trimmed = text.trim().replace(',', '.');
  return /^\d+(\.\d+)?$/.test(trimmed) ? Number(trimmed) : Number.NaN;
}

function percentProblem(text: string): string | null {
  const percent = numberOf(text);
  return percent >= 0 && percent <= 100 ? null : 'Enter a number from 0 (none) to 100 (all).';
}

/** The API keeps caps in 32 bits. */
const HIGHEST_CAP = 4_294_967_295;

/** Why the API would refuse a value; null when it would not. */
export function problemOf(name: Name, values: Values): string | null {
  switch (name) {
    case 'samplingRate':
    case 'controlRate':
      return percentProblem(values[name]);
    case 'dailyCap': {
      const cap = values.dailyCap.trim();
      return cap === '' || (/^\d+$/.test(cap) && Number(cap) >= 1 && Number(cap) <= HIGHEST_CAP)
        ? null
        : 'Enter a whole number from 1, or leave it empty for no limit.';
    }
    case 'time':
      return /^([01]\d|2[0-3]):[0-5]\d$/.test(values.time) ? null : 'Enter a time, for example 09:00.';
    case 'channel': {
      const channel = values.channel.trim();
      return channel === '' || /^[CG][A-Z0-9]{2,20}$/.test(channel)
        ? null
        : 'Enter the channel’s id, for example C0123ABCD, not its name.';
    }
    case 'surveys':
    case 'reveals':
    case 'weekday':
      return null;
  }
}

/** What differs from what is saved, in the order of the form. Spaces around a text and 10 for 10.0 are no difference. */
export function changed(values: Values, saved: Values): Name[] {
  const before = bodyOf(saved);
  const after = bodyOf(values);
  const same: Record<Name, boolean> = {
    surveys: after.surveys === before.surveys,
    reveals: after.reveals === before.reveals,
    samplingRate: after.sampling_rate === before.sampling_rate,
    controlRate: after.control_rate === before.control_rate,
    dailyCap: after.daily_cap === before.daily_cap,
    weekday: after.leaderboard_weekday === before.leaderboard_weekday,
    time: after.leaderboard_at === before.leaderboard_at,
    channel: after.leaderboard_channel === before.leaderboard_channel,
  };
  return NAMES.filter((name) => !same[name]);
}
