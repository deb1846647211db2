import { http, HttpResponse, type HttpHandler } from 'msw';
import type {
  Ai,
  Connection,
  NewConnection,
  Provider,
  SurveySettings,
  SurveySettingsAnswer,
  SyncRow,
  Teams,
} from '../api/client.ts';
import { isProvider } from '../api/words.ts';
import { may } from '../api/may.ts';
import { aiOf, type AskedAi } from './ai-sample.ts';
import { FakeAccounts } from './fake-accounts.ts';
import { FakePrivacy } from './fake-privacy.ts';
import { json, problem, type Call, type Route } from './fake-route.ts';
import { idleRow } from './idle-row.ts';
import { issuers, persons, type PersonKey } from './people.ts';
import { ago, connectionOf, rowsOf, type Scenario } from './sync-sample.ts';
import { deliveryOf, groups, merges, otherTeam, repositories, team, type Asked } from './sample-data.ts';

export const TOKEN = 'a-valid-token';

/**
 * The API as the dashboard sees it, driven by plain fields: tests and `npm run mock` set them and watch the page.
 * A started run takes `stepsPerRun` polls.
 */
export class FakeApi {
  teams: Teams['teams'] = [team, otherTeam];
  /** Whose the browser's session cookie is, where a request brings none itself. */
  session: PersonKey | null = null;
  /** Whether they signed in just now. */
  isFresh = true;
  issuers = issuers;
  readonly accounts: FakeAccounts;
  readonly privacy: FakePrivacy;
  rows: SyncRow[];
  connections: Connection[];
  /** Where the operator registered an app. */
  consentPages: Provider[] = ['github', 'jira', 'slack', 'copilot'];
  /** Bodies of connections that were put. */
  readonly put: NewConnection[] = [];
  /** The answer about AI; null stands for the usual one. */
  ai: ((usual: Ai, asked: AskedAi) => Ai) | null = null;
  settings: SurveySettingsAnswer;
  /** What settings wait for on their way. */
  saving: Promise<void> = Promise.resolve();
  /** Bodies of settings that were put. */
  readonly settingsPut: SurveySettings[] = [];
  token = TOKEN;
  stepsPerRun = 3;
  /** Answers of the next calls to a path, in place of the usual ones. */
  failures: { path: string; status: number; body: object; headers?: Record<string, string> }[] = [];
  /** Bodies of changes, in the order in which they came. */
  readonly bodies: { call: string; body: unknown }[] = [];
  /** Method, path and query of every call. */
  readonly calls: string[] = [];
  readonly now: () => number;
  #merges: ReturnType<typeof merges>;
  #polls = 0;

  constructor(now: () => number, scenario: Scenario = 'normal') {
    this.now = now;
    this.accounts = new FakeAccounts(now);
    this.privacy = new FakePrivacy(now, (who) => this.accounts.me(who, this.teams, this.isFresh));
    this.#merges = merges(new Date(now()).toISOString().slice(0, 10));
    this.settings = {
      settings: {
        surveys: true,
        reveals: true,
        sampling_rate: 1,
        control_rate: 0.1,
        daily_cap: null,
        leaderboard_weekday: 'monday',
        leaderboard_at: '09:00',
        leaderboard_channel: 'C0123ABCD',
      },
      next_leaderboard_at: ago(now(), -20 * 60),
    };
    this.rows = rowsOf(scenario, now());
    this.connections = this.rows.map((row) => connectionOf(row.provider, now()));
    if (scenario === 'no-team') this.teams = [];
    // A run that no poll ends, to look at.
    if (scenario === 'running' || scenario === 'waiting' || scenario === 'every-vendor')
      this.stepsPerRun = Infinity;
    if (scenario === 'no-connection' || scenario === 'never-synced' || scenario === 'running')
      this.#merges = [];
  }

  /** One step of the runs under way: what a poll finds has moved on. */
  #advance(): void {
    this.rows = this.rows.map((row) => {
      if (row.status !== 'queued' && row.status !== 'running') return row;
      if (this.stepsPerRun === Infinity) return row;
      this.#polls += 1;
      if (this.#polls >= this.stepsPerRun) {
        return {
          ...row,
          status: 'idle',
          run_id: null,
          progress: null,
          last_success: new Date(this.now()).toISOString(),
        };
      }
      return {
        ...row,
        status: 'running',
        progress: { step: 'pull requests', done: this.#polls * 12, total: this.stepsPerRun * 12 },
      };
    });
  }

  /** Whoever a request is of: by its token, else by its cookie. */
  #who(request: Request): PersonKey | 'operator' | null {
    const header = request.headers.get('authorization') ?? '';
    if (header !== '') return header === `Bearer ${this.token}` ? 'operator' : null;
    const cookie = /__Host-plumbline-session=(\w+)/.exec(request.headers.get('cookie') ?? '')?.[1];
    if (cookie === undefined) return this.session;
    return Object.hasOwn(persons, cookie) ? (cookie as PersonKey) : null;
  }

  async #answer([, , rule, answer, sensitive]: Route, request: Request, params: Params): Promise<Response> {
    const url = new URL(request.url);
    const name = `${request.method} ${url.pathname}${url.search}`;
    this.calls.push(name);
    const who = this.#who(request);
    if (rule !== 'open' && who === null) {
      return problem(401, 'unauthorized', 'This sign-in is over. Sign in again.');
    }
    const index = this.failures.findIndex((candidate) => candidate.path === url.pathname);
    const [failed] = index < 0 ? [] : this.failures.splice(index, 1);
    if (failed !== undefined) {
      return HttpResponse.json(failed.body, {
        status: failed.status,
        headers: { 'content-type': 'application/problem+json', ...failed.headers },
      });
    }
    const body: unknown =
      request.method === 'GET'
        ? null
        : await request
            .clone()
            .json()
            .catch(() => null);
    const inBody: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, 'team_id') : null;
    const named = (...values: unknown[]) =>
      values.find((value): value is string => typeof value === 'string') ?? '';
    const team = named(params.team, url.searchParams.get('team_id'), inBody);
    const id = named(params.id, params.provider);
    const call: Call = { request, url, who: who ?? 'operator', team, id };
    if (rule !== 'open' && rule !== 'somebody') {
      const me = this.accounts.me(call.who, this.teams, this.isFresh);
      const entered = me.teams.find((one) => one.team_id === team);
      if (entered === undefined) return problem(404, 'unknown-team', 'There is no team with this id.');
      if (!may(me, entered, rule)) {
        return problem(403, 'role', 'Your role in this team does not allow this. Ask an admin of the team.');
      }
      if (sensitive !== undefined && !me.is_fresh) {
        return problem(403, 'fresh-sign-in', 'This takes a sign-in within the last ten minutes.');
      }
    }
    if (body !== null) this.bodies.push({ call: name, body });
    return answer(call);
  }

  handlers(): HttpHandler[] {
    return [...this.#routes(), ...this.accounts.routes(), ...this.privacy.routes()].map((route) => {
      const [method, path] = route;
      return http[method](`*${path}`, ({ request, params }) => this.#answer(route, request, params));
    });
  }

  #routes(): Route[] {
    const at = '/api/teams/:team';
    return [
      ['get', '/auth/issuers', 'open', () => json({ issuers: this.issuers })],
      ['post', '/auth/sign-out', 'somebody', () => this.#signOut()],
      ['get', '/api/me', 'somebody', ({ who }) => json(this.accounts.me(who, this.teams, this.isFresh))],
      ['get', '/api/teams', 'somebody', () => json({ teams: this.teams })],
      ['patch', at, 'configure', (call) => this.#changeTeam(call)],
      ['delete', at, 'erase', (call) => this.#deleteTeam(call), 'sensitive'],
      ['get', `${at}/groups`, 'see', () => json({ groups })],
      ['get', `${at}/repositories`, 'see', () => json({ repositories })],
      [
        'get',
        '/api/sync',
        'see',
        () => {
          this.#advance();
          return json(this.rows);
        },
      ],
      ['post', '/api/sync', 'sync', (call) => this.#sync(call)],
      [
        'get',
        `${at}/connections`,
        'configure',
        () => json({ connections: this.connections, consent_pages: this.consentPages }),
      ],
      [
        'get',
        `${at}/connections/:provider/start`,
        'configure',
        ({ id }) => json({ url: `https://vendor.example/consent?for=${id}` }),
      ],
      [
        'post',
        `${at}/connections/:provider/test`,
        'configure',
        ({ id }) => json({ provider: id, works: true }),
      ],
      ['put', `${at}/connections/:provider`, 'configure', (call) => this.#connect(call)],
      [
        'delete',
        `${at}/connections/:provider`,
        'configure',
        ({ id }) => {
          this.connections = this.connections.filter((one) => one.provider !== id);
          this.rows = this.rows.filter((row) => row.provider !== id);
          return new HttpResponse(null, { status: 204 });
        },
        'sensitive',
      ],
      ['get', `${at}/survey-settings`, 'see', () => json(this.settings)],
      ['put', `${at}/survey-settings`, 'configure', (call) => this.#saveSettings(call)],
      ['get', `${at}/metrics/ai`, 'see', ({ url }) => this.#ai(url.searchParams)],
      ['get', `${at}/metrics/delivery`, 'see', (call) => this.#delivery(call)],
    ];
  }

  #signOut(): Response {
    this.session = null;
    return new HttpResponse(null, {
      status: 204,
      headers: {
        'set-cookie': '__Host-plumbline-session=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax',
      },
    });
  }

  async #changeTeam({ request, team: id }: Call): Promise<Response> {
    const change = (await request.json()) as Partial<Teams['teams'][number]>;
    this.teams = this.teams.map((one) => (one.team_id === id ? { ...one, ...change } : one));
    return json(this.teams.find((one) => one.team_id === id) ?? {});
  }

  /** It takes a while until it is gone. */
  #deleteTeam({ url, team: id }: Call): Response {
    if (this.teams.find((one) => one.team_id === id)?.name !== url.searchParams.get('name')) {
      return problem(400, 'bad-request', '`name` is not this team’s name.');
    }
    if (this.privacy.moves) this.teams = this.teams.filter((one) => one.team_id !== id);
    return new HttpResponse(null, { status: 202 });
  }

  async #sync({ request }: Call): Promise<Response> {
    const { providers } = (await request.json()) as { providers?: Provider[] };
    const asked = (row: SyncRow) => providers?.includes(row.provider) ?? true;
    this.#polls = 0;
    this.rows = this.rows.map((row) =>
      asked(row)
        ? { ...row, status: 'queued', run_id: 'run-2', started_at: new Date(this.now()).toISOString() }
        : row,
    );
    const runs = this.rows.filter(asked).map((row) => ({ provider: row.provider, run_id: 'run-2' }));
    return json({ run_id: 'run-2', runs }, 202);
  }

  async #connect({ request, id: provider }: Call): Promise<Response> {
    const body = (await request.json()) as NewConnection;
    if (!isProvider(provider)) return problem(404, 'unknown-provider', 'There is no such vendor.');
    this.put.push(body);
    const made: Connection = {
      ...connectionOf(provider, this.now()),
      base_url: body.base_url ?? null,
      settings: body.settings,
      connected_by: 'credentials',
      created_at: new Date(this.now()).toISOString(),
    };
    this.connections = [...this.connections.filter((one) => one.provider !== provider), made];
    this.rows = [...this.rows.filter((row) => row.provider !== provider), { ...idleRow, provider }];
    return json(made, 201);
  }

  async #saveSettings({ request }: Call): Promise<Response> {
    const settings = (await request.json()) as SurveySettings;
    await this.saving;
    this.settingsPut.push(settings);
    const next = settings.leaderboard_channel === null ? null : this.settings.next_leaderboard_at;
    this.settings = { settings, next_leaderboard_at: next };
    return json(this.settings);
  }

  /** Of the reviewers, others than admins see those whom they may. */
  #delivery({ url, who }: Call): Response {
    const asOf = this.rows[0]?.last_success ?? null;
    const answer = deliveryOf(this.#merges, askedBy(url.searchParams), asOf, this.now());
    const seen: Partial<Record<Call['who'], string[]>> = {
      lead: ['github:101', 'github:103', 'github:104'],
      developer: ['github:102'],
    };
    const ids = seen[who];
    if (ids !== undefined) {
      answer.review_load.reviewers = answer.review_load.reviewers.filter(({ id }) => ids.includes(id));
      answer.review_load.warning = null;
    }
    return json(answer);
  }

  #ai(query: URLSearchParams): Response {
    const by = query.get('by');
    const asked: AskedAi = {
      ...askedBy(query),
      by: by === 'answer' || by === 'detection' ? by : 'combined',
    };
    const hasMerges = this.#merges.some((row) => row.day >= asked.from && row.day <= asked.to);
    const usual = aiOf(asked, hasMerges, this.rows[0]?.last_success ?? null, this.now());
    return json(this.ai?.(usual, asked) ?? usual);
  }
}

type Params = Record<string, string | readonly string[] | undefined>;

function askedBy(query: URLSearchParams): Asked {
  return {
    from: query.get('from') ?? '',
    to: query.get('to') ?? '',
    group: query.get('group'),
    repository: query.get('repository'),
    author: query.get('author'),
  };
}
