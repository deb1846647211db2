// What an audit log has, made up: the same every time.
const DAY = 86_400_000;

export interface AuditLine {
  at: string;
  request_id: string;
  actor: 'operator' | 'user' | 'token';
  actor_id: string | null;
  kind: 'change' | 'read';
  action: string;
  about: string | null;
  from: string | null;
  status: number | null;
}

const TEAM = '/api/teams/{team_id}';

type Sample = [AuditLine['actor'], string | null, string, string | null, number | null];

const SAMPLES: Sample[] = [
  ['user', 'u_ada', `GET ${TEAM}/metrics/delivery`, 'everybody', 200],
  ['user', 'u_bram', `GET ${TEAM}/metrics/delivery`, 'group:github:10; group:github:12', 200],
  ['token', 'k_bi', `GET ${TEAM}/export/{kind}`, 'everybody', 200],
  ['operator', null, `POST ${TEAM}/tokens`, 'token:k_bi', 201],
  ['user', 'u_ada', `PATCH ${TEAM}/users/{user_id}`, 'user:u_bram', 200],
  ['user', 'u_gone', `DELETE ${TEAM}/connections/{provider}`, 'connection:jira', 403],
  ['user', 'u_ada', 'POST /api/sync', null, 202],
  ['user', 'u_chioma', `POST ${TEAM}/surveys`, null, null],
  ['user', 'u_ada', `GET ${TEAM}/audit`, 'everybody', 200],
];

/** Entries of the days before, the oldest first: some each day. */
export function auditAt(now: number): AuditLine[] {
  const lines: AuditLine[] = [];
  for (let day = 40; day >= 0; day -= 1) {
    for (const [index, [actor, actor_id, action, about, status]] of SAMPLES.entries()) {
      // Not everything happens every day.
      if ((day + index) % 3 !== 0) continue;
      lines.push({
        at: new Date(now - day * DAY - (SAMPLES.length - index) * 1_700_000).toISOString(),
        request_id: `req-${day}-${index}`,
        actor,
        actor_id,
        kind: action.startsWith('GET') ? 'read' : 'change',
        action,
        about,
        from: actor === 'token' ? '198.51.100.0' : '192.0.2.0',
        status,
      });
    }
  }
  return lines;
}

const COLUMNS = [
  'at',
  'request_id',
  'actor',
  'actor_id',
  'kind',
  'action',
  'about',
  'from',
  'status',
] as const;

export function toCsv(lines: readonly AuditLine[], header: boolean): string {
  const rows = lines.map((line) => COLUMNS.map((column) => String(line[column] ?? '')).join(','));
  return [...(header ? [COLUMNS.join(',')] : []), ...rows].map((row) => `${row}\n`).join('');
}
