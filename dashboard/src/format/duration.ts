const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const whole = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });

function pair(major: number, majorUnit: string, minor: number, minorUnit: string): string {
  return minor === 0
    ? `${whole.format(major)} ${majorUnit}`
    : `${whole.format(major)} ${majorUnit} ${minor} ${minorUnit}`;
}

/** Seconds as the two largest units: `1 d 4 h`, `3 h 20 min`, `12 min`, `45 s`. */
export function humanDuration(seconds: number): string {
  if (seconds < 0) return `-${humanDuration(-seconds)}`;
  const rounded = Math.round(seconds);
  if (rounded < MINUTE) return `${rounded} s`;
  // Each rounding may reach the next unit: 59.6 min is 1 h, and 23 h 59.6 min is 1 d.
  const minutes = Math.round(seconds / MINUTE);
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 24 * 60) return pair(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
  const hours = Math.round(seconds / HOUR);
  return pair(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

const exact = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 3 });

/** The number behind the rounded words. */
export function exactSeconds(seconds: number): string {
  return `${exact.format(seconds)} seconds`;
}

const STEPS = [
  1,
  5,
  15,
  30,
  MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  DAY,
  2 * DAY,
  3 * DAY,
  5 * DAY,
  10 * DAY,
  20 * DAY,
  30 * DAY,
  60 * DAY,
  90 * DAY,
  180 * DAY,
  365 * DAY,
];

/** A mark of an axis of time. */
export function durationTick(seconds: number): string {
  return seconds === 0 ? '0' : humanDuration(seconds);
}

/** Marks of an axis of time: from 0 to at least `max`, in steps a reader knows (1 h, 6 h, 1 d ...). */
export function durationTicks(max: number, count = 4): number[] {
  const step = STEPS.find((candidate) => candidate * count >= max) ?? Math.ceil(max / count / DAY) * DAY;
  const ticks = [0];
  while ((ticks.at(-1) ?? 0) < max || ticks.length < 2) ticks.push(ticks.length * step);
  return ticks;
}
