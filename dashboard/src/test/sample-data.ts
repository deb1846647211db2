// A made-up organisation for the tests and for `npm run mock`: the same every time, and with the oddities of real
// ones (bots, drafts, unreviewed merges, long tails). Its metrics are computed, so that filters and ranges answer
// plausibly.
import type { Delivery, Duration, Groups, Repositories, Teams, Week } from '../api/client.ts';
import { addDays, daysBetween } from '../format/instant.ts';

const HOUR = 3600;

/** mulberry32: small, seeded, good enough to make examples with. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const NAMES = [
  'Ada Moreau', 'Bram de Wit', 'Chioma Eze', 'Daniel Roth', 'Elif Kaya', 'Farid Haddad', 'Greta Lindqvist',
  'Hugo Marchetti', 'Ines Carvalho', 'Jonas Weber', 'Kaito Mori', 'Lena Novak', 'Mateo Silva', 'Nadia Petrova',
  'Oskar Nilsen', 'Priya Raman', 'Quentin Dubois', 'Rosa Jimenez', 'Sven Berg', 'Tamara Kovac',
]; // prettier-ignore

type WholeTeam = Teams['teams'][number];

export const members: WholeTeam['members'] = NAMES.map((name, index) => ({
  id: `github:${100 + index}`,
  login: name.toLowerCase().replace(/[^a-z]+/g, '-'),
  // Some people show no name.
  name: index % 9 === 8 ? null : name,
  role: index === 0 ? 'admin' : 'member',
}));

export const team: WholeTeam = {
  team_id: 'team-acme',
  name: 'Acme',
  time_zone: 'Europe/Berlin',
  created_at: '2026-01-05T08:00:00.000Z',
  bots: ['github:901'],
  email_domains: [],
  join_domains: [],
  join_by_github: false,
  members,
};

export const otherTeam: WholeTeam = {
  team_id: 'team-globex',
  name: 'Globex Platform Engineering',
  time_zone: 'America/New_York',
  created_at: '2026-02-05T08:00:00.000Z',
  bots: [],
  email_domains: [],
  join_domains: [],
  join_by_github: false,
  members: members.slice(0, 3),
};

const SLUGS = ['payments', 'platform', 'web', 'mobile'];
export const groups: Groups['groups'] = SLUGS.map((slug, index) => ({
  id: `github:${10 + index}`,
  slug,
  name: slug.charAt(0).toUpperCase() + slug.slice(1),
  members: 5,
}));

export const repositories: Repositories['repositories'] = [
  'billing-api', 'checkout', 'design-system', 'gateway', 'infrastructure', 'ios-app', 'legacy-reports', 'website',
].map((name, index) => ({
  id: `github:${500 + index}`,
  full_name: `acme/${name}`,
  archived: name === 'legacy-reports',
  gone_at: null,
})); // prettier-ignore

interface Merge {
  day: string;
  author: number;
  repository: number;
  bot: boolean;
  /** Seconds; null when merged without a review. */
  phases: { pickup: number; review: number; merge: number } | null;
  cycle: number;
  /** Seconds; negative where the branch was rebased. */
  coding: number;
  lines: number;
  rounds: number;
  reviewer: number;
  revert: boolean;
  hotfix: boolean;
}

/** Merges of 18 months up to a day. */
export function merges(lastDay: string): Merge[] {
  const next = random(20260105);
  const longTail = (median: number, spread: number) =>
    median * Math.exp(spread * Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()));
  const all: Merge[] = [];
  for (let back = 540; back >= 0; back -= 1) {
    const day = addDays(lastDay, -back);
    const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
    const today = weekday === 0 || weekday === 6 ? 0.4 : 9 + 3 * Math.sin(back / 40);
    for (let left = today * (0.6 + 0.8 * next()); left > next(); left -= 1) {
      // Some weeks are slower than others.
      const slow = 1 + 0.45 * Math.sin(back / 17) + 0.2 * Math.sin(back / 5);
      const phases =
        next() < 0.13
          ? null
          : {
              pickup: longTail(3.2 * HOUR * slow, 1.1),
              review: longTail(7 * HOUR * slow, 1.3),
              merge: longTail(1.1 * HOUR, 1.2),
            };
      all.push({
        day,
        author: Math.floor(NAMES.length * next() ** 1.4),
        repository: Math.floor(repositories.length * next() ** 1.3),
        bot: next() < 0.12,
        phases,
        cycle: phases === null ? longTail(0.6 * HOUR, 1.4) : phases.pickup + phases.review + phases.merge,
        coding: next() < 0.05 ? -HOUR : longTail(9 * HOUR, 1.5),
        lines: Math.max(1, Math.round(longTail(70, 1.5))),
        rounds: next() < 0.24 ? (next() < 0.25 ? 2 : 1) : 0,
        reviewer: Math.floor(NAMES.length * next() ** 2.2),
        revert: next() < 0.018,
        hotfix: next() < 0.026,
      });
    }
  }
  return all;
}

function quantile(values: readonly number[], q: number): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const position = (sorted.length - 1) * q;
  const low = sorted[Math.floor(position)];
  const high = sorted[Math.ceil(position)];
  return low === undefined || high === undefined
    ? null
    : low + (high - low) * (position - Math.floor(position));
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function spread(values: readonly number[]) {
  return { median: quantile(values, 0.5), p75: quantile(values, 0.75), n: values.length };
}

function reviewed(rows: readonly Merge[], phase: 'pickup' | 'review' | 'merge'): number[] {
  return rows.flatMap((row) => (row.phases === null ? [] : [row.phases[phase]]));
}

function coded(rows: readonly Merge[]): Merge[] {
  return rows.filter((row) => row.coding >= 0);
}

export interface Asked {
  from: string;
  to: string;
  group: string | null;
  repository: string | null;
  author: string | null;
}

/** The API's answer to a question. */
export function deliveryOf(all: readonly Merge[], asked: Asked, asOf: string | null, now: number): Delivery {
  const group = SLUGS.indexOf(asked.group ?? '');
  const repository = repositories.findIndex((candidate) => candidate.full_name === asked.repository);
  const author = members.findIndex((candidate) => candidate.login === asked.author);
  const chosen = all.filter(
    (row) =>
      row.day >= asked.from &&
      row.day <= asked.to &&
      (asked.group === null || row.author % SLUGS.length === group) &&
      (asked.repository === null || row.repository === repository) &&
      (asked.author === null || row.author === author),
  );
  const people = chosen.filter((row) => !row.bot);
  const botRows = chosen.length - people.length;
  const bots = {
    reason: 'bot_author' as const,
    count: botRows,
    description: 'Written by a bot: an account that the vendor types as one, or one on the team’s own list.',
  };
  const unreviewed = {
    reason: 'merged_without_review' as const,
    count: people.filter((row) => row.phases === null).length,
    description: 'Merged without a review by a person other than the author between ready and merge.',
  };
  const negative = {
    reason: 'negative' as const,
    count: people.length - coded(people).length,
    description:
      'The first commit is dated after the pull request was ready, as happens when a branch is rebased.',
  };
  const duration = (values: number[], definition: string, exclusions: Duration['exclusions']): Duration => ({
    ...spread(values),
    mean: mean(values),
    unit: 'seconds',
    definition,
    exclusions,
  });

  const weekly: Week[] = [];
  const offset = (new Date(`${asked.from}T00:00:00Z`).getUTCDay() + 6) % 7;
  for (let monday = addDays(asked.from, -offset); monday <= asked.to; monday = addDays(monday, 7)) {
    const rows = people.filter((row) => row.day >= monday && row.day < addDays(monday, 7));
    weekly.push({
      week: monday,
      merged: rows.length,
      n: rows.length,
      cycle_time: spread(rows.map((row) => row.cycle)),
      pickup_time: spread(reviewed(rows, 'pickup')),
      review_time: spread(reviewed(rows, 'review')),
      merge_time: spread(reviewed(rows, 'merge')),
      coding_time: spread(coded(rows).map((row) => row.coding)),
    });
  }

  const size = (from: number, to: number) =>
    people.filter((row) => row.lines > from && row.lines <= to).length;
  const perWeek = people.length / (daysBetween(asked.from, asked.to) / 7);
  const authors = new Set(people.map((row) => row.author)).size;
  const reviewRows = people.filter((row) => row.phases !== null);
  const reviewers = members
    .map((member, index) => {
      const reviews = reviewRows.filter((row) => row.reviewer === index).length;
      return { id: member.id, login: member.login, reviews, share: reviews / Math.max(reviewRows.length, 1) };
    })
    .filter((reviewer) => reviewer.reviews > 0)
    .sort((a, b) => b.reviews - a.reviews);
  const top = reviewers[0];

  return {
    from: asked.from,
    to: asked.to,
    time_zone: team.time_zone,
    as_of: asOf,
    data_age_seconds: asOf === null ? null : Math.round((now - Date.parse(asOf)) / 1000),
    filters: { group: asked.group, repository: asked.repository, author: asked.author },
    cycle_time: duration(
      people.map((row) => row.cycle),
      'Time from ready to merge. A pull request is ready when it is created or, if it was created as a draft, when it is first marked ready for review.',
      [bots],
    ),
    pickup_time: duration(
      reviewed(people, 'pickup'),
      'Time from ready to the first review by a person other than the author.',
      [bots, unreviewed],
    ),
    review_time: duration(
      reviewed(people, 'review'),
      'Time from the first review by a person other than the author to the last approval before the merge.',
      [bots, unreviewed],
    ),
    merge_time: duration(reviewed(people, 'merge'), 'Time from the last approval to the merge.', [
      bots,
      unreviewed,
    ]),
    coding_time: duration(
      coded(people).map((row) => row.coding),
      'Time from the author date of the first commit to ready. It lies before the cycle time and is not part of it.',
      [bots, negative],
    ),
    lead_time: duration(
      coded(people).map((row) => row.coding + row.cycle),
      'Coding time plus cycle time: from the author date of the first commit to the merge.',
      [bots, negative],
    ),
    throughput: {
      merged: people.length,
      per_week: perWeek,
      active_authors: authors,
      per_week_per_active_author: authors === 0 ? null : perWeek / authors,
      n: people.length,
      definition: 'Merged pull requests per seven days of the range.',
      exclusions: [bots],
    },
    size: {
      xs: size(0, 10),
      s: size(10, 50),
      m: size(50, 200),
      l: size(200, 500),
      xl: size(500, Infinity),
      median_lines: quantile(
        people.map((row) => row.lines),
        0.5,
      ),
      n: people.length,
      definition:
        'Lines added plus lines deleted. XS: up to 10, S: up to 50, M: up to 200, L: up to 500, XL: more.',
      exclusions: [bots],
    },
    review_rounds: {
      mean: mean(people.map((row) => row.rounds)),
      median: quantile(
        people.map((row) => row.rounds),
        0.5,
      ),
      n: people.length,
      definition: 'Reviews that requested changes and were followed by a commit with a later committer date.',
      exclusions: [bots],
    },
    review_load: {
      reviews: reviewRows.length,
      reviewers,
      warning:
        top !== undefined && top.share > 0.5
          ? `${top.login} did ${Math.floor(top.share * 100)} % of the reviews (${top.reviews} of ${reviewRows.length}): reviews wait while one person is away.`
          : null,
      n: reviewRows.length,
      definition: 'Reviews that people submitted before the merge on other people’s pull requests.',
      exclusions: [{ reason: 'own_review', count: 7, description: 'Reviews of one’s own pull request.' }],
    },
    revert_share: {
      reverts: people.filter((row) => row.revert).length,
      hotfixes: people.filter((row) => row.hotfix).length,
      share:
        people.length === 0 ? null : people.filter((row) => row.revert || row.hotfix).length / people.length,
      n: people.length,
      definition:
        'Share of merged pull requests that are a revert or a hotfix. One that is both counts once.',
      exclusions: [bots],
    },
    bots:
      botRows === 0
        ? []
        : [
            {
              id: 'github:900',
              login: 'dependabot[bot]',
              pull_requests: Math.ceil(botRows * 0.8),
              source: 'vendor',
            },
            {
              id: 'github:901',
              login: 'acme-release',
              pull_requests: Math.floor(botRows * 0.2),
              source: 'team',
            },
          ],
    weekly,
  };
}
