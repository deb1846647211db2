import { http, HttpResponse, type HttpHandler } from 'msw';
import type {
  Ai,
  Connection,
  NewConnection,
  Provider,
  SurveySettings,
  SurveySettingsAnswer,
  SyncRow,
  Team,
} from '../api/client.ts';
import { isProvider } from '../api/words.ts';
import { aiOf, type AskedAi } from './ai-sample.ts';
import { idleRow } from './idle-row.ts';
import { deliveryOf, groups, merges, otherTeam, repositories, team, type Asked } from './sample-data.ts';

export const TOKEN = 'a-valid-token';

export type Scenario =
  'normal' | 'no-team' | 'no-connection' | 'never-synced' | 'broken' | 'waiting' | 'running' | 'every-vendor';

/**
 * The API as the dashboard sees it, driven by plain fields: tests and `npm run mock` set them and watch the page.
 * A started run takes `stepsPerRun` polls.
 */
export class FakeApi {
  teams: Team[] = [team, otherTeam];
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
  failures: { path: string; status: number; body: object }[] = [];
  /** Method, path and query of every call. */
  readonly calls: string[] = [];
  readonly now: () => number;
  #merges: ReturnType<typeof merges>;
  #polls = 0;

  constructor(now: () => number, scenario: Scenario = 'normal') {
    this.now = now;
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
      next_leaderboard_at: this.#ago(-20 * 60),
    };
    this.rows =
      scenario === 'no-connection'
        ? []
        : scenario === 'every-vendor'
          ? this.#everyVendor()
          : [this.#row(scenario)];
    this.connections = this.rows.map((row) => this.#connection(row.provider));
    if (scenario === 'no-team') this.teams = [];
    // A run that no poll ends, to look at.
    if (scenario === 'running' || scenario === 'waiting' || scenario === 'every-vendor')
      this.stepsPerRun = Infinity;
    if (scenario === 'no-connection' || scenario === 'never-synced' || scenario === 'running')
      this.#merges = [];
  }

  #ago(minutes: number): string {
    return new Date(this.now() - minutes * 60_000).toISOString();
  }

  #row(scenario: Scenario): SyncRow {
    const row: SyncRow = {
      provider: 'github',
      status: 'idle',
      run_id: null,
      progress: null,
      started_at: this.#ago(14),
      last_success: this.#ago(12),
      last_failure: null,
      last_error: null,
      notice: null,
      waiting_until: null,
      records: 1204,
      quarantined: 0,
      calls: 31,
      duration_ms: 42_300,
      next_run: this.#ago(-11 * 60),
    };
    switch (scenario) {
      case 'never-synced':
        return { ...row, started_at: null, last_success: null, records: 0, calls: 0, duration_ms: null };
      case 'running':
        return {
          ...row,
          status: 'running',
          run_id: 'run-1',
          last_success: null,
          progress: { step: 'pull requests', done: 17, total: 40 },
        };
      case 'waiting':
        return {
          ...row,
          status: 'waiting',
          run_id: 'run-1',
          waiting_until: this.#ago(-23),
          last_error: 'GitHub’s hourly limit is used up. The sync goes on by itself when it is reset.',
          progress: { step: 'pull requests', done: 17, total: 40 },
          quarantined: 2,
        };
      case 'broken':
        return {
          ...row,
          status: 'broken',
          last_success: this.#ago(60 * 26),
          last_failure: this.#ago(12),
          last_error: 'GitHub refused the token (401 Bad credentials). Replace the connection’s token.',
        };
      case 'normal':
      case 'no-team':
      case 'no-connection':
      case 'every-vendor':
        return row;
    }
  }

  /** Most states at once, to look at. */
  #everyVendor(): SyncRow[] {
    const of = (provider: Provider, scenario: Scenario): SyncRow => ({ ...this.#row(scenario), provider });
    const limited = 'Trello’s limit is used up. The sync goes on by itself when it is reset.';
    return [
      of('github', 'normal'),
      {
        ...of('jira', 'broken'),
        last_error: 'Atlassian no longer takes the consent that was given; connect it again.',
      },
      of('slack', 'never-synced'),
      {
        ...of('copilot', 'normal'),
        notice: 'The policy for usage metrics is off: usage is not told; the survey’s answers stand in.',
      },
      { ...of('jfrog', 'running'), progress: { step: 'users', done: 17, total: 40 } },
      {
        ...of('trello', 'waiting'),
        last_error: limited,
        progress: { step: 'board_members', done: 120, total: null },
      },
    ];
  }

  #connection(provider: Provider): Connection {
    const made = this.#ago(60 * 24 * 40);
    return {
      provider,
      base_url: provider === 'jfrog' ? 'https://acme.jfrog.io' : null,
      settings:
        provider === 'github' || provider === 'copilot' ? { organization: 'acme', history_days: 180 } : {},
      connected_by:
        provider === 'github' || provider === 'copilot'
          ? 'installation'
          : provider === 'jira' || provider === 'slack'
            ? 'consent'
            : 'credentials',
      sync_at: null,
      created_at: made,
      updated_at: made,
    };
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

  handlers(): HttpHandler[] {
    const problem = (status: number, title: string, detail: string | null) =>
      HttpResponse.json(
        { type: 'about:blank', title, status, detail, request_id: 'req-7f3a' },
        { status, headers: { 'content-type': 'application/problem+json' } },
      );
    const guarded = (request: Request, answer: () => Response | Promise<Response>) => {
      const url = new URL(request.url);
      this.calls.push(`${request.method} ${url.pathname}${url.search}`);
      if (request.headers.get('authorization') !== `Bearer ${this.token}`) {
        return problem(401, 'Unauthorized', 'The access token is not valid.');
      }
      const failure = this.failures.findIndex((candidate) => candidate.path === url.pathname);
      const [failed] = failure < 0 ? [] : this.failures.splice(failure, 1);
      if (failed !== undefined) {
        return HttpResponse.json(failed.body, {
          status: failed.status,
          headers: { 'content-type': 'application/problem+json' },
        });
      }
      return answer();
    };
    const known = (id: unknown) => this.teams.some((candidate) => candidate.team_id === id);
    const unknown = () => problem(404, 'Not found', 'There is no such team.');

    return [
      http.get('*/api/teams', ({ request }) =>
        guarded(request, () => HttpResponse.json({ teams: this.teams })),
      ),
      http.get('*/api/teams/:team/groups', ({ request, params }) =>
        guarded(request, () => (known(params.team) ? HttpResponse.json({ groups }) : unknown())),
      ),
      http.get('*/api/teams/:team/repositories', ({ request, params }) =>
        guarded(request, () => (known(params.team) ? HttpResponse.json({ repositories }) : unknown())),
      ),
      http.get('*/api/sync', ({ request }) =>
        guarded(request, () => {
          this.#advance();
          return HttpResponse.json(this.rows);
        }),
      ),
      http.post('*/api/sync', ({ request }) =>
        guarded(request, async () => {
          const { providers } = (await request.json()) as { providers?: Provider[] };
          const asked = (row: SyncRow) => providers?.includes(row.provider) ?? true;
          this.#polls = 0;
          this.rows = this.rows.map((row) =>
            asked(row)
              ? { ...row, status: 'queued', run_id: 'run-2', started_at: new Date(this.now()).toISOString() }
              : row,
          );
          const runs = this.rows.filter(asked).map((row) => ({ provider: row.provider, run_id: 'run-2' }));
          return HttpResponse.json({ run_id: 'run-2', runs }, { status: 202 });
        }),
      ),
      http.get('*/api/teams/:team/connections', ({ request, params }) =>
        guarded(request, () =>
          known(params.team)
            ? HttpResponse.json({ connections: this.connections, consent_pages: this.consentPages })
            : unknown(),
        ),
      ),
      http.get('*/api/teams/:team/connections/:provider/start', ({ request, params }) =>
        guarded(request, () =>
          HttpResponse.json({ url: `https://vendor.example/consent?for=${String(params.provider)}` }),
        ),
      ),
      http.post('*/api/teams/:team/connections/:provider/test', ({ request, params }) =>
        guarded(request, () => HttpResponse.json({ provider: params.provider, works: true })),
      ),
      http.put('*/api/teams/:team/connections/:provider', ({ request, params }) =>
        guarded(request, async () => {
          const body = (await request.json()) as NewConnection;
          const provider = String(params.provider);
          if (!isProvider(provider)) return unknown();
          this.put.push(body);
          const made: Connection = {
            ...this.#connection(provider),
            base_url: body.base_url ?? null,
            settings: body.settings,
            connected_by: 'credentials',
            created_at: new Date(this.now()).toISOString(),
          };
          this.connections = [...this.connections.filter((one) => one.provider !== provider), made];
          this.rows = [...this.rows.filter((row) => row.provider !== provider), { ...idleRow, provider }];
          return HttpResponse.json(made, { status: 201 });
        }),
      ),
      http.delete('*/api/teams/:team/connections/:provider', ({ request, params }) =>
        guarded(request, () => {
          this.connections = this.connections.filter((one) => one.provider !== params.provider);
          this.rows = this.rows.filter((row) => row.provider !== params.provider);
          return new HttpResponse(null, { status: 204 });
        }),
      ),
      http.get('*/api/teams/:team/survey-settings', ({ request, params }) =>
        guarded(request, () => (known(params.team) ? HttpResponse.json(this.settings) : unknown())),
      ),
      http.put('*/api/teams/:team/survey-settings', ({ request }) =>
        guarded(request, async () => {
          const settings = (await request.json()) as SurveySettings;
          await this.saving;
          this.settingsPut.push(settings);
          const next = settings.leaderboard_channel === null ? null : this.settings.next_leaderboard_at;
          this.settings = { settings, next_leaderboard_at: next };
          return HttpResponse.json(this.settings);
        }),
      ),
      http.get('*/api/teams/:team/metrics/ai', ({ request, params }) =>
        guarded(request, () => {
          if (!known(params.team)) return unknown();
          const query = new URL(request.url).searchParams;
          const by = query.get('by');
          const asked: AskedAi = {
            ...askedBy(query),
            by: by === 'answer' || by === 'detection' ? by : 'combined',
          };
          const hasMerges = this.#merges.some((row) => row.day >= asked.from && row.day <= asked.to);
          const usual = aiOf(asked, hasMerges, this.rows[0]?.last_success ?? null, this.now());
          return HttpResponse.json(this.ai?.(usual, asked) ?? usual);
        }),
      ),
      http.get('*/api/teams/:team/metrics/delivery', ({ request, params }) =>
        guarded(request, () => {
          if (!known(params.team)) return unknown();
          const query = new URL(request.url).searchParams;
          return HttpResponse.json(
            deliveryOf(this.#merges, askedBy(query), this.rows[0]?.last_success ?? null, this.now()),
          );
        }),
      ),
    ];
  }
}

function askedBy(query: URLSearchParams): Asked {
  return {
    from: query.get('from') ?? '',
    to: query.get('to') ?? '',
    group: query.get('group'),
    repository: query.get('repository'),
    author: query.get('author'),
  };
}
