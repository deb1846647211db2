import type { Ai, AiBasis, Comparison, Proportion } from '../../api/client.ts';
import { stepName } from '../../api/words.ts';
import { weekOf, type Week } from '../../charts/week.tsx';
import type { Meta } from '../../components/metric-info.tsx';
import { humanDuration } from '../../format/duration.ts';
import { count, percent, plural, points, rate, rating, signed } from '../../format/number.ts';

/** With fewer a share says too little to be shown as one; the API's comparisons draw the line at the same place. */
export const ENOUGH = 10;

/** The three ways to tell AI-assisted pull requests from others, the usual one first. */
export const BASES: readonly { basis: AiBasis; label: string }[] = [
  { basis: 'combined', label: 'Combined' },
  { basis: 'answer', label: 'Answer' },
  { basis: 'detection', label: 'Detection' },
];

export function shareBy(shares: Ai['assisted_share'], basis: AiBasis): Proportion {
  switch (basis) {
    case 'answer':
      return shares.by_answer;
    case 'detection':
      return shares.by_detection;
    case 'combined':
      return shares.combined;
  }
}

/** `22% – 31%`; a line may end after the dash, but not within a number and its units. */
export function between(low: number, high: number, format: (value: number) => string): string {
  return `${unbroken(format(low))} – ${unbroken(format(high))}`;
}

function unbroken(text: string): string {
  return text.replaceAll(' ', '\u00a0');
}

export interface SharePoint extends Week {
  merged: number;
  answered: number;
  counts: Record<AiBasis, number>;
  /** Null in weeks with nothing to take a share of. */
  shares: Record<AiBasis, number | null>;
}

export function sharePoints(ai: Pick<Ai, 'from' | 'to' | 'weekly'>): SharePoint[] {
  const part = (some: number, all: number) => (all === 0 ? null : some / all);
  return ai.weekly.map((week) => ({
    ...weekOf(ai, week.week),
    merged: week.merged,
    answered: week.answered,
    counts: { answer: week.by_answer, detection: week.by_detection, combined: week.combined },
    shares: {
      answer: part(week.by_answer, week.answered),
      detection: part(week.by_detection, week.merged),
      combined: part(week.combined, week.merged),
    },
  }));
}

/** Says the chart in two sentences, for those who do not see it. */
export function describeShares(weeks: readonly SharePoint[]): string {
  const known = weeks.flatMap((week) =>
    week.shares.combined === null ? [] : [{ label: week.label, share: week.shares.combined }],
  );
  const first = known[0];
  if (first === undefined) return `${plural(weeks.length, 'week')}, none with a merged pull request.`;
  const highest = known.reduce((best, week) => (week.share > best.share ? week : best), first);
  const lowest = known.reduce((best, week) => (week.share < best.share ? week : best), first);
  const intro = `${plural(weeks.length, 'week')}. By answer and detection combined, the AI-assisted share was`;
  if (highest.share === lowest.share) return `${intro} ${percent(first.share)} throughout.`;
  return (
    `${intro} lowest in the week of ${lowest.label} (${percent(lowest.share)}) and highest in the week of ${highest.label} ` +
    `(${percent(highest.share)}).`
  );
}

interface Measure {
  name: string;
  /** What the number is. */
  kind: string;
  /** What n counts. */
  unit: string;
  format: (value: number) => string;
  formatDifference: (size: number) => string;
  /** Of the difference, where its format has none. */
  differenceUnit?: string;
  /** What AI-assisted pull requests are when their number is lower, and when it is higher. */
  lower: string;
  higher: string;
}

const MEASURES: Record<keyof Ai['impact'], Measure> = {
  cycle_time: {
    name: 'Cycle time',
    kind: 'median',
    unit: 'pull requests',
    format: humanDuration,
    formatDifference: humanDuration,
    lower: 'Faster',
    higher: 'Slower',
  },
  size: {
    name: 'Size',
    kind: 'median of changed lines',
    unit: 'pull requests',
    format: count,
    formatDifference: count,
    lower: 'Smaller',
    higher: 'Larger',
  },
  review_rounds: {
    name: 'Review rounds',
    kind: 'mean',
    unit: 'pull requests',
    format: rate,
    formatDifference: rate,
    lower: 'Fewer rounds',
    higher: 'More rounds',
  },
  quality: {
    name: 'Quality',
    kind: 'mean rating, 1 to 3',
    unit: 'ratings',
    format: rating,
    formatDifference: rating,
    lower: 'Rated lower',
    higher: 'Rated higher',
  },
  reverts: {
    name: 'Reverts, hotfixes',
    kind: 'share of merged',
    unit: 'pull requests',
    format: percent,
    formatDifference: points,
    differenceUnit: 'points',
    lower: 'Fewer',
    higher: 'More',
  },
};

export interface Group {
  n: number;
  value: string | null;
  interval: string | null;
}

export interface ImpactRow {
  key: string;
  name: string;
  kind: string;
  unit: string;
  meta: Meta;
  assisted: Group;
  others: Group;
  /** What the comparison comes to, in two or three words. */
  verdict: string;
  /** Whether the groups differ for sure enough to say so. */
  clear: boolean;
  /** Why there is no difference, where there is none. */
  lack: string | null;
  difference: { words: string; interval: string; value: number; low: number; high: number } | null;
}

/** The comparisons in the order of the page. What is left out of them is what is left out of the groups. */
export function impactRows(ai: Pick<Ai, 'impact' | 'by' | 'assisted_share'>): ImpactRow[] {
  const { exclusions } = shareBy(ai.assisted_share, ai.by);
  const keys = ['cycle_time', 'size', 'review_rounds', 'quality', 'reverts'] as const;
  return keys.map((key) => {
    const comparison = ai.impact[key];
    const { name, kind, unit, format } = MEASURES[key];
    const { assisted, not_assisted: others, difference } = comparison;
    return {
      key,
      name,
      kind,
      unit,
      meta: { n: assisted.n + others.n, definition: comparison.definition, exclusions },
      assisted: groupOf(assisted, format),
      others: groupOf(others, format),
      ...verdictOf(comparison, MEASURES[key]),
      lack: lackOf(comparison, unit),
      difference:
        !comparison.enough_data || difference === null ? null : differenceOf(difference, MEASURES[key]),
    };
  });
}

function groupOf({ n, value, low, high }: Comparison['assisted'], format: (value: number) => string): Group {
  return {
    n,
    value: value === null ? null : format(value),
    interval: low === null || high === null ? null : between(low, high, format),
  };
}

function differenceOf(
  difference: NonNullable<Comparison['difference']>,
  { formatDifference, differenceUnit }: Measure,
): ImpactRow['difference'] {
  const of = (value: number) => unbroken(signed(value, formatDifference));
  const unit = differenceUnit === undefined ? '' : `\u00a0${differenceUnit}`;
  return {
    ...difference,
    words: of(difference.value) + unit,
    interval: `${of(difference.low)} to ${of(difference.high)}${unit}`,
  };
}

function verdictOf(comparison: Comparison, measure: Measure): { verdict: string; clear: boolean } {
  const { enough_data: enough, difference } = comparison;
  if (!enough) return { verdict: 'Not enough data', clear: false };
  if (difference === null) return { verdict: 'No interval', clear: false };
  if (difference.low <= 0 && difference.high >= 0) return { verdict: 'No clear difference', clear: false };
  return { verdict: difference.value < 0 ? measure.lower : measure.higher, clear: true };
}

function lackOf(comparison: Comparison, unit: string): string | null {
  const { enough_data: enough, assisted, not_assisted: others, difference } = comparison;
  if (enough) return difference === null ? 'The values are too few or too even for an interval.' : null;
  const few = [
    ...(assisted.n < ENOUGH ? [`${count(assisted.n)} AI-assisted`] : []),
    ...(others.n < ENOUGH ? [`${count(others.n)} other`] : []),
  ];
  const which = few.length === 0 ? '' : `: only ${few.join(' and ')} so far`;
  return `It takes ${ENOUGH} ${unit} in each group${which}.`;
}

/** Why a merged pull request has no survey, in words; a reason newer than this page keeps its own. */
const REASONS: Record<string, string> = {
  bot_author: 'Written by a bot',
  nobody: 'Nobody to ask: no person wrote or reviewed it',
  not_merged: 'The code host does not say that it was merged',
  not_sampled: 'Not drawn for the sample',
  surveys_off: 'Surveys were switched off',
  too_late: 'Heard of more than seven days after the merge',
  no_connection: 'The code host was not connected',
  unreadable: 'The code host did not let it be read for seven days',
};

export function notAsked(surveys: Ai['surveys']): { reason: string; words: string; count: number }[] {
  return Object.entries(surveys.not_asked)
    .map(([reason, number]) => ({ reason, words: REASONS[reason] ?? stepName(reason), count: number }))
    .sort((a, b) => b.count - a.count || a.words.localeCompare(b.words));
}
