// What the API answers about AI, made up: whole, and the same every time.
import type { Ai, AiBasis, Comparison, Exclusion, Proportion } from '../api/client.ts';
import { addDays } from '../format/instant.ts';
import { team, type Asked } from './sample-data.ts';

const HOUR = 3600;

/** Wilson's score interval, as the API computes it. */
function proportion(part: number, n: number, definition: string, exclusions: Exclusion[] = []): Proportion {
  if (n === 0) return { count: part, n, share: null, low: null, high: null, definition, exclusions };
  const z = 1.96;
  const share = part / n;
  const centre = (share + z ** 2 / (2 * n)) / (1 + z ** 2 / n);
  const margin = (z * Math.sqrt((share * (1 - share)) / n + z ** 2 / (4 * n ** 2))) / (1 + z ** 2 / n);
  return { count: part, n, share, low: centre - margin, high: centre + margin, definition, exclusions };
}

type Numbers = [value: number, low: number, high: number, n: number];

function comparison(
  definition: string,
  assisted: Numbers,
  others: Numbers,
  difference: [value: number, low: number, high: number] | null,
): Comparison {
  const estimate = ([value, low, high, n]: Numbers) => ({ value, low, high, n });
  return {
    assisted: estimate(assisted),
    not_assisted: estimate(others),
    difference:
      difference === null ? null : { value: difference[0], low: difference[1], high: difference[2] },
    enough_data: assisted[3] >= 10 && others[3] >= 10,
    definition,
  };
}

const DEFINITIONS = {
  cycle_time: 'Time from ready to merge.',
  size: 'Lines added plus lines deleted.',
  review_rounds: 'Reviews that requested changes and were followed by a commit, per merged pull request.',
  quality: 'Mean of the reviewers’ ratings in the survey: 1 could be better, 2 OK, 3 super.',
  reverts: 'Share of merged pull requests that are a revert or a hotfix.',
};

/** Comparisons by each basis. Detection finds too few of what has no rating. */
const IMPACT: Record<AiBasis, Ai['impact']> = {
  combined: {
    cycle_time: comparison(
      DEFINITIONS.cycle_time,
      [9.2 * HOUR, 7.8 * HOUR, 10.6 * HOUR, 96],
      [14.5 * HOUR, 12.9 * HOUR, 16.4 * HOUR, 214],
      [-5.3 * HOUR, -7.6 * HOUR, -3.1 * HOUR],
    ),
    size: comparison(DEFINITIONS.size, [118, 92, 141, 96], [71, 58, 84, 214], [47, 18, 73]),
    review_rounds: comparison(
      DEFINITIONS.review_rounds,
      [0.41, 0.29, 0.53, 96],
      [0.36, 0.28, 0.44, 214],
      [0.05, -0.09, 0.19],
    ),
    quality: comparison(
      DEFINITIONS.quality,
      [2.31, 2.19, 2.43, 102],
      [2.37, 2.29, 2.45, 231],
      [-0.06, -0.2, 0.08],
    ),
    reverts: comparison(
      DEFINITIONS.reverts,
      [0.042, 0.016, 0.102, 96],
      [0.033, 0.016, 0.066, 214],
      [0.009, -0.034, 0.072],
    ),
  },
  answer: {
    cycle_time: comparison(
      DEFINITIONS.cycle_time,
      [8.4 * HOUR, 6.9 * HOUR, 10.1 * HOUR, 61],
      [13.2 * HOUR, 11.4 * HOUR, 15.8 * HOUR, 118],
      [-4.8 * HOUR, -7.9 * HOUR, -2.3 * HOUR],
    ),
    size: comparison(DEFINITIONS.size, [112, 84, 139, 61], [69, 53, 88, 118], [43, 9, 74]),
    review_rounds: comparison(
      DEFINITIONS.review_rounds,
      [0.39, 0.25, 0.53, 61],
      [0.35, 0.25, 0.45, 118],
      [0.04, -0.13, 0.21],
    ),
    quality: comparison(
      DEFINITIONS.quality,
      [2.33, 2.18, 2.48, 70],
      [2.36, 2.25, 2.47, 139],
      [-0.03, -0.22, 0.16],
    ),
    reverts: comparison(
      DEFINITIONS.reverts,
      [0.033, 0.009, 0.112, 61],
      [0.034, 0.013, 0.084, 118],
      [-0.001, -0.057, 0.079],
    ),
  },
  detection: {
    cycle_time: comparison(
      DEFINITIONS.cycle_time,
      [8.9 * HOUR, 7.1 * HOUR, 10.9 * HOUR, 58],
      [13.9 * HOUR, 12.4 * HOUR, 15.5 * HOUR, 252],
      [-5 * HOUR, -7.4 * HOUR, -2.5 * HOUR],
    ),
    size: comparison(DEFINITIONS.size, [124, 95, 152, 58], [74, 63, 86, 252], [50, 18, 81]),
    review_rounds: comparison(
      DEFINITIONS.review_rounds,
      [0.43, 0.27, 0.59, 58],
      [0.36, 0.29, 0.43, 252],
      [0.07, -0.11, 0.25],
    ),
    quality: comparison(DEFINITIONS.quality, [2.5, 1.98, 3.02, 6], [2.36, 2.29, 2.43, 327], null),
    reverts: comparison(
      DEFINITIONS.reverts,
      [0.034, 0.01, 0.117, 58],
      [0.036, 0.019, 0.067, 252],
      [-0.002, -0.047, 0.083],
    ),
  },
};

const none = (definition: string): Comparison => ({
  assisted: { value: null, low: null, high: null, n: 0 },
  not_assisted: { value: null, low: null, high: null, n: 0 },
  difference: null,
  enough_data: false,
  definition,
});

export interface AskedAi extends Asked {
  by: AiBasis;
}

/** The API's answer to a question; without merges, one about nothing. */
export function aiOf(asked: AskedAi, hasMerges: boolean, asOf: string | null, now: number): Ai {
  const weekly: Ai['weekly'] = [];
  const offset = (new Date(`${asked.from}T00:00:00Z`).getUTCDay() + 6) % 7;
  for (let monday = addDays(asked.from, -offset); monday <= asked.to; monday = addDays(monday, 7)) {
    const step = weekly.length;
    const merged = hasMerges ? 21 + ((step * 7) % 9) : 0;
    const answered = Math.round(merged * (0.52 + 0.04 * (step % 4)));
    const share = 0.22 + 0.012 * step + 0.05 * Math.sin(step * 1.9);
    const byDetection = Math.round(merged * share * 0.62);
    weekly.push({
      week: monday,
      merged,
      answered,
      by_answer: Math.round(answered * (share + 0.03)),
      by_detection: byDetection,
      combined: Math.round(merged * share),
    });
  }
  const sum = (of: (week: Ai['weekly'][number]) => number) =>
    weekly.reduce((total, week) => total + of(week), 0);
  const merged = sum((week) => week.merged);
  const answered = sum((week) => week.answered);
  const detected = sum((week) => week.by_detection);
  const bots: Exclusion = {
    reason: 'bot_author',
    count: hasMerges ? 41 : 0,
    description: 'Written by a bot: an account that the vendor types as one, or one on the team’s own list.',
  };
  const unanswered: Exclusion = {
    reason: 'unanswered',
    count: merged - answered,
    description: 'Their authors were not asked, or have not answered.',
  };
  const counted = (number: number) => (hasMerges ? number : 0);
  return {
    from: asked.from,
    to: asked.to,
    time_zone: team.time_zone,
    as_of: asOf,
    data_age_seconds: asOf === null ? null : Math.round((now - Date.parse(asOf)) / 1000),
    filters: { group: asked.group, repository: asked.repository, author: asked.author },
    by: asked.by,
    assisted_share: {
      by_answer: proportion(
        sum((week) => week.by_answer),
        answered,
        'Share of the merged pull requests whose authors answered the survey that they call AI-assisted.',
        [bots, unanswered],
      ),
      by_detection: proportion(
        detected,
        merged,
        'Share of merged pull requests in which detection found a tool’s hand.',
        [bots],
      ),
      combined: proportion(
        sum((week) => week.combined),
        merged,
        'Share of merged pull requests that are AI-assisted by their author’s answer where there is one, else by detection.',
        [bots],
      ),
    },
    impact: hasMerges
      ? IMPACT[asked.by]
      : {
          cycle_time: none(DEFINITIONS.cycle_time),
          size: none(DEFINITIONS.size),
          review_rounds: none(DEFINITIONS.review_rounds),
          quality: none(DEFINITIONS.quality),
          reverts: none(DEFINITIONS.reverts),
        },
    detection_rate: proportion(
      counted(187),
      counted(264),
      'Share of right guesses among the reviewers’ guesses whose truth is known.',
      [
        {
          reason: 'unresolved',
          count: counted(31),
          description: 'Guesses of which nobody knows (yet) whether they are right.',
        },
      ],
    ),
    detector: {
      labels: counted(29),
      precision: proportion(
        counted(13),
        counted(13),
        'Of the pull requests of the control sample in which detection found AI, those whose authors say so, too.',
      ),
      recall: proportion(
        counted(13),
        counted(17),
        'Of the pull requests of the control sample that their authors call AI-assisted, those in which detection found it.',
      ),
    },
    tools: hasMerges
      ? [
          { tool: 'github_copilot', name: 'GitHub Copilot', pull_requests: 31, share: 31 / merged },
          { tool: 'cursor', name: 'Cursor', pull_requests: 18, share: 18 / merged },
          { tool: 'aider', name: 'Aider', pull_requests: 9, share: 9 / merged },
          { tool: 'windsurf', name: 'Windsurf', pull_requests: 2, share: 2 / merged },
        ]
      : [],
    surveys: {
      surveys: counted(262),
      asked: counted(598),
      authors_asked: counted(226),
      authors_answered: counted(179),
      reviewers_asked: counted(372),
      reviewers_guessed: counted(295),
      reviewers_rated: counted(333),
      unreachable: counted(14),
      opted_out: counted(9),
      over_cap: counted(22),
      unknown: counted(1),
      not_asked: hasMerges
        ? { bot_author: 41, not_sampled: 33, too_late: 12, nobody: 3, vendor_moved_away: 2 }
        : {},
    },
    weekly,
  };
}
