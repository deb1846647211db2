import type { AuditRange } from '../../api/account-queries.ts';
import { presetRange, rangeProblem } from '../../metrics/selection.ts';

/** What the page shows, as its address says: `?team=&from=&to=&actor=&kind=`. */
export interface LogSelection {
  from: string;
  to: string;
  /** As `user:u_1`; null for everybody. */
  actor: string | null;
  kind: 'change' | 'read' | null;
}

/** Days of the ranges offered with one click; the first one is shown where the address names none. */
export const LOG_PRESETS = [7, 30, 90] as const;

export function parseLog(search: string, timeZone: string, now: number): LogSelection {
  const params = new URLSearchParams(search);
  const usual = presetRange(LOG_PRESETS[0], timeZone, now);
  const actor = params.get('actor')?.trim() ?? '';
  const kind = params.get('kind');
  return {
    from: params.get('from') ?? usual.from,
    to: params.get('to') ?? usual.to,
    actor: actor === '' ? null : actor,
    kind: kind === 'change' || kind === 'read' ? kind : null,
  };
}

export function logSearch(teamId: string, { from, to, actor, kind }: LogSelection): string {
  const params = new URLSearchParams({
    team: teamId,
    from,
    to,
    ...(actor === null ? {} : { actor }),
    ...(kind === null ? {} : { kind }),
  });
  return `?${params.toString()}`;
}

/** Null while the dates are no range. */
export function rangeOf({ from, to }: LogSelection): AuditRange | null {
  return rangeProblem(from, to) === null ? { from, to } : null;
}
