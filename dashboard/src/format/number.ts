const whole = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });
const one = new Intl.NumberFormat('en-GB', { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const two = new Intl.NumberFormat('en-GB', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** 1,234 */
export function count(value: number): string {
  return whole.format(value);
}

/** A rate with as many decimals as it needs to say something: 0.42, 3.7, 128. */
export function rate(value: number): string {
  if (value === 0) return '0';
  if (Math.abs(value) < 1) return two.format(value);
  return Math.abs(value) < 100 ? one.format(value) : whole.format(value);
}

/** A share between 0 and 1: `0%`, `0.4%`, `3.2%`, `57%`. */
export function percent(share: number): string {
  const value = share * 100;
  if (value === 0) return '0%';
  return value < 10 ? `${one.format(value)}%` : `${whole.format(value)}%`;
}

/** A mean of ratings: `2.41`. */
export function rating(value: number): string {
  return two.format(value);
}

/** A difference of shares in percentage points: `0.4`. */
export function points(difference: number): string {
  return one.format(difference * 100);
}

/** A difference with its sign in front: `+12`, `−3.4%`. */
export function signed(value: number, format: (size: number) => string): string {
  if (value === 0) return format(0);
  return `${value < 0 ? '−' : '+'}${format(Math.abs(value))}`;
}

/** `1 review`, `2 reviews`. */
export function plural(value: number, singular: string, many = `${singular}s`): string {
  return `${whole.format(value)} ${value === 1 ? singular : many}`;
}

/** Marks of an axis of counts: from 0 to at least `max`, in steps of 1, 2 or 5 times a power of ten. */
export function countTicks(max: number, wanted = 4): number[] {
  let step = 1;
  for (let power = 1; step * wanted < max; power *= 10) {
    step = [power, 2 * power, 5 * power].find((candidate) => candidate * wanted >= max) ?? power * 10;
  }
  const ticks = [0];
  while ((ticks.at(-1) ?? 0) < max || ticks.length < 2) ticks.push(ticks.length * step);
  return ticks;
}

const UNITS = ['kB', 'MB', 'GB'] as const;

/** The size of a file: `812 bytes`, `1.4 MB`. */
export function fileSize(bytes: number): string {
  if (bytes < 1_000) return plural(bytes, 'byte');
  let [size, unit] = [bytes / 1_000, 0];
  // What would be rounded up to a thousand is one of the next unit.
  while (size >= 999.5 && unit < UNITS.length - 1) [size, unit] = [size / 1_000, unit + 1];
  return `${size < 10 ? one.format(size) : whole.format(size)} ${UNITS[unit] ?? ''}`;
}
