import { HttpResponse } from 'msw';
import type {
  ApiToken,
  Identities,
  Invitation,
  Me,
  MyAnswer,
  MyMembership,
  MySurvey,
  MySurveys,
  Role,
  Scope,
  ShownToken,
  Teams,
  User,
} from '../api/client.ts';
import { dayIn } from '../format/instant.ts';
import { auditAt, toCsv, type AuditLine } from './audit-sample.ts';
import { json, problem, type Call, type Route } from './fake-route.ts';
import {
  invitations,
  persons,
  stats,
  surveysAt,
  tokens,
  usersOf,
  type PersonKey,
  type SecretSurvey,
} from './people.ts';
import { members as people } from './sample-data.ts';

/** Who may enter, their tokens, what they did, and what they are asked: a part of the fake API. */
export class FakeAccounts {
  users: Record<string, User[]> = structuredClone(usersOf);
  invitations: Invitation[] = structuredClone(invitations);
  tokens: ApiToken[] = structuredClone(tokens);
  /** The oldest first. */
  audit: AuditLine[];
  auditLimit = 1_000;
  peopleLimit = 1_000;
  surveys: SecretSurvey[];
  stats: MySurveys['stats'] = structuredClone(stats);
  membership: MyMembership = {
    member: { id: 'm_1', name: 'Chioma Eze', accounts: ['github:102', 'slack:U0102'] },
    surveys: true,
    joined_at: '2026-06-01T07:45:00.000Z',
  };
  /** What reading surveys waits for. */
  surveysOnTheirWay: Promise<void> = Promise.resolve();
  readonly now: () => number;
  #made = 0;

  constructor(now: () => number) {
    this.now = now;
    this.audit = auditAt(now());
    this.surveys = surveysAt(now());
  }

  me(key: PersonKey | 'operator', teams: Teams['teams'], isFresh: boolean): Me {
    const entered = teams.flatMap(({ team_id, name, time_zone }): Me['teams'] => {
      const known = { team_id, name, time_zone, scopes: [] };
      if (key === 'operator') return [{ ...known, role: null, leads: [] }];
      const user = this.users[team_id]?.find((one) => one.id === persons[key].id);
      return user === undefined ? [] : [{ ...known, role: user.role, leads: user.leads }];
    });
    if (key === 'operator') {
      return {
        kind: 'operator',
        id: null,
        name: null,
        email: null,
        issuer: null,
        is_fresh: true,
        teams: entered,
      };
    }
    return { kind: 'user', ...persons[key], is_fresh: isFresh, teams: entered };
  }

  routes(): Route[] {
    const at = '/api/teams/:team';
    return [
      [
        'get',
        `${at}/users`,
        'users',
        ({ team }) => json({ users: this.#of(team), invitations: this.invitations }),
      ],
      ['patch', `${at}/users/:id`, 'users', (call) => this.#changeUser(call), 'sensitive'],
      ['delete', `${at}/users/:id`, 'users', (call) => this.#removeUser(call), 'sensitive'],
      ['post', `${at}/invitations`, 'users', (call) => this.#invite(call), 'sensitive'],
      [
        'delete',
        `${at}/invitations/:id`,
        'users',
        ({ id }) => {
          this.invitations = this.invitations.filter((one) => one.id !== id);
          return gone();
        },
      ],
      ['get', `${at}/tokens`, 'tokens', () => json({ tokens: this.tokens })],
      ['post', `${at}/tokens`, 'tokens', (call) => this.#makeToken(call), 'sensitive'],
      ['post', `${at}/tokens/:id/rotate`, 'tokens', ({ id }) => this.#rotate(id), 'sensitive'],
      [
        'delete',
        `${at}/tokens/:id`,
        'tokens',
        ({ id }) => {
          this.tokens = this.tokens.filter((one) => one.id !== id);
          return gone();
        },
      ],
      ['get', `${at}/identities`, 'configure', ({ url }) => this.#people(url)],
      ['get', `${at}/audit`, 'audit', ({ url }) => this.#log(url)],
      ['get', `${at}/surveys`, 'answer', () => this.#mySurveys()],
      ['post', `${at}/surveys`, 'answer', (call) => this.#answer(call)],
      ['get', `${at}/members/me`, 'answer', () => json(this.membership)],
      [
        'patch',
        `${at}/members/me`,
        'answer',
        async ({ request }) => {
          if (this.membership.member === null) return notAMember();
          const { surveys } = (await request.json()) as { surveys: boolean };
          this.membership = { ...this.membership, surveys };
          return json(this.membership);
        },
      ],
    ];
  }

  #of(team: string): User[] {
    return this.users[team] ?? [];
  }

  #people(url: URL): Response {
    const start = Number(url.searchParams.get('after') ?? 0);
    const end = start + this.peopleLimit;
    const members: Identities['members'] = people.slice(start, end).map(({ id, name, login }, index) => ({
      id: `m_${start + index}`,
      name,
      accounts: [
        {
          account: id,
          login,
          name,
          evidence: { kind: 'own', with: null, text: null },
          confidence: 100,
          manual: false,
        },
      ],
    }));
    const counts = { members: people.length, linked: 0, unmatched: 0, review: 0, not_people: 0 };
    return json({ members, counts, review: [], next: end < people.length ? String(end) : null });
  }

  #isLastAdmin(team: string, id: string, who: Call['who']): boolean {
    return who !== 'operator' && !this.#of(team).some((user) => user.role === 'admin' && user.id !== id);
  }

  async #changeUser({ request, team, id, who }: Call): Promise<Response> {
    const body = (await request.json()) as { role?: Role; leads?: string[]; member?: string };
    const user = this.#of(team).find((one) => one.id === id);
    if (user === undefined) return problem(404, 'unknown-user', 'This team has no such user.');
    if (user.role === 'admin' && (body.role ?? 'admin') !== 'admin' && this.#isLastAdmin(team, id, who)) {
      return problem(409, 'last-admin', 'This is the team’s last admin. Make somebody else an admin first.');
    }
    const member = body.member === '' ? null : (body.member ?? user.member);
    const changed = { ...user, ...body, member };
    this.users[team] = this.#of(team).map((one) => (one.id === id ? changed : one));
    return json(changed);
  }

  #removeUser({ team, id, who }: Call): Response {
    if (this.#isLastAdmin(team, id, who)) {
      return problem(409, 'last-admin', 'This is the team’s last admin. Make somebody else an admin first.');
    }
    this.users[team] = this.#of(team).filter((one) => one.id !== id);
    return gone();
  }

  async #invite({ request }: Call): Promise<Response> {
    const body = (await request.json()) as { email: string; role: Role; leads: string[] };
    const made = this.now();
    const invitation: Invitation = {
      ...body,
      id: `i_new${this.#next()}`,
      created_at: new Date(made).toISOString(),
      expires_at: new Date(made + 14 * 86_400_000).toISOString(),
    };
    this.invitations = [...this.invitations.filter((one) => one.email !== body.email), invitation];
    return json(invitation, 201);
  }

  async #makeToken({ request, who }: Call): Promise<Response> {
    const body = (await request.json()) as { name: string; scopes: Scope[]; expires_in_days: number };
    const number = this.#next();
    const token: ApiToken = {
      id: `k_new${number}`,
      name: body.name,
      scopes: body.scopes,
      made_by: who === 'operator' ? null : persons[who].id,
      created_at: new Date(this.now()).toISOString(),
      rotated_at: null,
      expires_at: new Date(this.now() + body.expires_in_days * 86_400_000).toISOString(),
      last_used_at: null,
    };
    this.tokens = [...this.tokens, token];
    return json({ text: `plumbline_made${number}`, token } satisfies ShownToken, 201);
  }

  #rotate(id: string): Response {
    const before = this.tokens.find((one) => one.id === id);
    if (before === undefined) return problem(404, 'unknown-token', 'This team has no such token.');
    const token = { ...before, rotated_at: new Date(this.now()).toISOString() };
    this.tokens = this.tokens.map((one) => (one.id === id ? token : one));
    return json({ text: `plumbline_rotated${this.#next()}`, token } satisfies ShownToken);
  }

  #next(): number {
    this.#made += 1;
    return this.#made;
  }

  #log(url: URL): Response {
    const asked = (name: string) => url.searchParams.get(name);
    const day = (line: AuditLine) => dayIn('Europe/Berlin', Date.parse(line.at));
    const found = this.audit.filter(
      (line) => day(line) >= (asked('from') ?? '') && day(line) <= (asked('to') ?? '9999'),
    );
    const start = Number(asked('cursor') ?? 0);
    const end = start + this.auditLimit;
    const page = found.slice(start, end);
    const isCsv = asked('format') !== 'ndjson';
    const headers = new Headers({ 'content-type': isCsv ? 'text/csv' : 'application/x-ndjson' });
    if (end < found.length) {
      const next = new URLSearchParams(url.search);
      next.set('cursor', String(end));
      headers.set('link', `<${url.pathname}?${next.toString()}>; rel="next"`);
    }
    const text = isCsv ? toCsv(page, start === 0) : page.map((line) => `${JSON.stringify(line)}\n`).join('');
    return new HttpResponse(text, { headers });
  }

  async #mySurveys(): Promise<Response> {
    await this.surveysOnTheirWay;
    if (this.membership.member === null) return notAMember();
    return json({ surveys: this.surveys.map(({ survey }) => survey), stats: this.stats });
  }

  async #answer({ request }: Call): Promise<Response> {
    const { repository_id, number, ...answer } = (await request.json()) as MyAnswer;
    const found = this.surveys.find(
      ({ survey }) => survey.repository_id === repository_id && survey.number === number,
    );
    if (found === undefined) return problem(404, 'not-asked', 'You were not asked this.');
    if (this.membership.surveys === false) {
      return problem(409, 'opted-out', 'You opted out of surveys. Opt in to be asked again.');
    }
    const [name = ''] = Object.keys(answer);
    const { survey, truth } = found;
    if (!survey.open.includes(name)) {
      return problem(409, 'already-answered', 'You answered this before, and the first answer is final.');
    }
    const next: MySurvey = { ...survey, ...answer, open: survey.open.filter((open) => open !== name) };
    const revealed: MySurvey =
      next.role === 'reviewer' && next.guess !== null && truth !== null
        ? { ...next, guessed_right: next.guess === truth, truth }
        : next;
    found.survey = revealed;
    return json(revealed);
  }
}

function gone(): Response {
  return new HttpResponse(null, { status: 204 });
}

function notAMember(): Response {
  return problem(
    409,
    'not-a-member',
    'You are not known among this team’s people yet: no account of yours was found at its vendors. An admin can say which member you are.',
  );
}
