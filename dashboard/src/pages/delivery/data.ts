import type { Delivery, Week as WeekNumbers } from '../../api/client.ts';
import { weekOf, type Week } from '../../charts/week.tsx';
import { humanDuration } from '../../format/duration.ts';
import { plural } from '../../format/number.ts';

export type PhaseKey = 'pickup' | 'review' | 'merge';

/** The three phases of the cycle time, in the order in which they happen. */
export const PHASES: readonly { key: PhaseKey; label: string; from: string }[] = [
  { key: 'pickup', label: 'Pickup', from: 'ready to first review' },
  { key: 'review', label: 'Review', from: 'first review to last approval' },
  { key: 'merge', label: 'Merge', from: 'last approval to merge' },
];

export interface WeekPoint extends Week {
  merged: number;
  /** Median seconds of each phase; null without reviewed pull requests. */
  phases: Record<PhaseKey, number | null>;
  /** Pull requests the phases are measured on. */
  reviewed: number;
  cycleMedian: number | null;
  cycleP75: number | null;
  cycleN: number;
  codingMedian: number | null;
}

export function weekPoints(delivery: Pick<Delivery, 'from' | 'to' | 'weekly'>): WeekPoint[] {
  return delivery.weekly.map((week: WeekNumbers) => ({
    ...weekOf(delivery, week.week),
    merged: week.merged,
    phases: {
      pickup: week.pickup_time.median ?? null,
      review: week.review_time.median ?? null,
      merge: week.merge_time.median ?? null,
    },
    reviewed: week.pickup_time.n,
    cycleMedian: week.cycle_time.median ?? null,
    cycleP75: week.cycle_time.p75 ?? null,
    cycleN: week.cycle_time.n,
    codingMedian: week.coding_time.median ?? null,
  }));
}

export interface PhaseShare {
  key: PhaseKey;
  label: string;
  from: string;
  median: number | null;
  p75: number | null;
  /** Of the mean cycle time of reviewed pull requests, 0 to 1. Means, because only they add up. */
  share: number | null;
}

export function phaseShares(
  delivery: Pick<Delivery, 'pickup_time' | 'review_time' | 'merge_time'>,
): PhaseShare[] {
  const durations = {
    pickup: delivery.pickup_time,
    review: delivery.review_time,
    merge: delivery.merge_time,
  };
  const total = Object.values(durations).reduce((sum, duration) => sum + (duration.mean ?? 0), 0);
  return PHASES.map(({ key, label, from }) => {
    const { median, p75, mean } = durations[key];
    return {
      key,
      label,
      from,
      median: median ?? null,
      p75: p75 ?? null,
      share: mean == null || total === 0 ? null : mean / total,
    };
  });
}

export interface SizeBar {
  label: string;
  lines: string;
  count: number;
  share: number;
}

export function sizeBars(size: Delivery['size']): SizeBar[] {
  const bars: [string, string, number][] = [
    ['XS', 'up to 10 lines', size.xs],
    ['S', '11 to 50', size.s],
    ['M', '51 to 200', size.m],
    ['L', '201 to 500', size.l],
    ['XL', 'over 500', size.xl],
  ];
  return bars.map(([label, lines, n]) => ({ label, lines, count: n, share: size.n === 0 ? 0 : n / size.n }));
}

export interface LoadBar {
  id: string;
  login: string;
  reviews: number;
  share: number;
  /** Over half of the reviews: the person the warning is about. */
  over: boolean;
}

/** The busiest reviewers, and what the others did together: also those whom whoever looks may not see. */
export function loadBars(
  load: Delivery['review_load'],
  most: number,
): { bars: LoadBar[]; others: string | null } {
  // With one more than fits, that one line is better spent on the person than on "1 other".
  const cut = load.reviewers.length <= most + 1 ? load.reviewers.length : most;
  const bars = load.reviewers.slice(0, cut).map((reviewer) => ({
    id: reviewer.id,
    login: reviewer.login,
    reviews: reviewer.reviews,
    share: reviewer.share,
    over: load.warning != null && reviewer.share > 0.5,
  }));
  const total = (reviewers: readonly { reviews: number }[]) =>
    reviewers.reduce((sum, reviewer) => sum + reviewer.reviews, 0);
  const rest = load.reviewers.slice(cut);
  const hidden = load.reviews - total(load.reviewers);
  const parts = [
    rest.length === 0
      ? null
      : `${plural(rest.length, 'other person', 'other people')} did ${plural(total(rest), 'review')}`,
    hidden <= 0 ? null : `${plural(hidden, 'review')} by people whose single numbers your role does not show`,
  ].filter((part) => part !== null);
  return { bars, others: parts.length === 0 ? null : parts.join('; ') };
}

/** Says a chart in one sentence, for those who do not see it. */
export function describeCycle(points: readonly WeekPoint[]): string {
  const known = points.flatMap((point) =>
    point.cycleMedian === null ? [] : [{ label: point.label, seconds: point.cycleMedian }],
  );
  const first = known[0];
  if (first === undefined) return `${plural(points.length, 'week')}, none with a merged pull request.`;
  const highest = known.reduce((best, point) => (point.seconds > best.seconds ? point : best), first);
  const lowest = known.reduce((best, point) => (point.seconds < best.seconds ? point : best), first);
  return (
    `${plural(points.length, 'week')}. The median cycle time was lowest in the week of ${lowest.label} ` +
    `(${humanDuration(lowest.seconds)}) and highest in the week of ${highest.label} (${humanDuration(highest.seconds)}).`
  );
}

export function describeThroughput(points: readonly WeekPoint[]): string {
  const first = points[0];
  if (first === undefined) return 'No weeks.';
  const highest = points.reduce((best, point) => (point.merged > best.merged ? point : best), first);
  const total = points.reduce((sum, point) => sum + point.merged, 0);
  return (
    `${plural(total, 'merged pull request')} in ${plural(points.length, 'week')}, most in the week of ` +
    `${highest.label} (${highest.merged}).`
  );
}
