import { HttpResponse } from 'msw';
import type { Erasure, Export, ExportWhose, Me, NewErasure } from '../api/client.ts';
import { isOpen, isToCome } from '../api/privacy-queries.ts';
import { json, problem, type Call, type Route } from './fake-route.ts';
import { persons } from './people.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

export const WOULD_GO = {
  'entries of the audit log': 12,
  members: 1,
  'rows of pull requests': 1_204,
  users: 1,
};

/** Exports and erasures: a part of the fake API. They go on when `goOn` is called, or by themselves when `moves` is set. */
export class FakePrivacy {
  /** The latest first. */
  exports: Export[] = [];
  /** The latest first. */
  erasures: Erasure[] = [];
  /** What looking finds: accounts that look alike. */
  lookAlikes: string[] = [];
  moves = false;
  readonly now: () => number;
  readonly #me: (who: Call['who']) => Me;
  #made = 0;

  constructor(now: () => number, me: (who: Call['who']) => Me) {
    this.now = now;
    this.#me = me;
  }

  /** An instant so many days from now; before it, if negative. */
  at(days: number): string {
    return new Date(this.now() + days * DAY).toISOString();
  }

  export(rest: Partial<Export> = {}): Export {
    return {
      id: `x_${this.#next()}`,
      whose: 'me',
      asked_by: persons.developer.id,
      asked_at: this.at(-1),
      status: 'done',
      progress: { step: '', done: 0 },
      error: null,
      ended_at: this.at(-1),
      bytes: 1_420_000,
      ends_at: this.at(6),
      ...rest,
    };
  }

  erasure(rest: Partial<Erasure> = {}): Erasure {
    return {
      id: `e_${this.#next()}`,
      member: 'm_2',
      users: [persons.developer.id],
      accounts: [],
      own: false,
      asked_by: persons.admin.id,
      asked_at: this.at(-1),
      confirmed_by: null,
      confirmed_at: null,
      status: 'confirming',
      step: 'waiting to be confirmed',
      would_go: WOULD_GO,
      look_alikes: [],
      erased: {},
      due_at: this.at(6),
      ended_at: null,
      error: null,
      ...rest,
    };
  }

  /** One step of what goes on by itself. */
  goOn(): void {
    this.exports = this.exports.map((one) => {
      if (one.status === 'queued') {
        const progress = { step: 'Writing reviews (2 of 9)', done: 4_200 };
        return { ...one, status: 'running', progress };
      }
      if (one.status !== 'running') return one;
      return { ...one, status: 'done', ended_at: this.at(0), bytes: 1_420_000, ends_at: this.at(7) };
    });
    this.erasures = this.erasures.map((one): Erasure => {
      if (one.status === 'looking') {
        const found = { would_go: WOULD_GO, look_alikes: this.lookAlikes };
        return { ...one, ...found, status: 'confirming', due_at: this.at(one.own ? 30 : 7) };
      }
      if (one.status !== 'erasing') return one;
      return { ...one, status: 'done', erased: WOULD_GO, ended_at: this.at(0) };
    });
  }

  routes(): Route[] {
    const at = '/api/teams/:team';
    const mine = `${at}/members/me/erasure`;
    return [
      ['get', `${at}/exports`, 'export', ({ who }) => json({ exports: this.#shown(who) })],
      ['post', `${at}/exports`, 'export', (call) => this.#export(call)],
      ['get', `${at}/exports/:id`, 'export', ({ id }) => this.#oneExport(id)],
      ['delete', `${at}/exports/:id`, 'export', ({ id }) => this.#removeExport(id)],
      [
        'get',
        `${at}/exports/:id/file`,
        'export',
        () => HttpResponse.text('a zip', { headers: { 'content-disposition': 'attachment' } }),
      ],
      ['get', mine, 'answer', ({ who }) => this.#mine(who)],
      ['post', mine, 'answer', ({ who }) => this.#askForMine(who), 'sensitive'],
      ['delete', mine, 'answer', ({ who }) => this.#takeBack(this.#own(who))],
      ['get', `${at}/erasure`, 'erase', () => this.#list()],
      ['post', `${at}/erasure`, 'erase', (call) => this.#begin(call), 'sensitive'],
      ['delete', `${at}/erasure/:id`, 'erase', ({ id }) => this.#takeBack(this.#known(id))],
      ['post', `${at}/erasure/:id/confirm`, 'erase', (call) => this.#confirm(call), 'sensitive'],
    ];
  }

  #next(): number {
    this.#made += 1;
    return this.#made;
  }

  #move(): void {
    if (this.moves) this.goOn();
  }

  #idOf(who: Call['who']): string | null {
    return who === 'operator' ? null : persons[who].id;
  }

  #isAdmin(who: Call['who']): boolean {
    return who === 'operator' || this.#me(who).teams.some(({ role }) => role === 'admin');
  }

  #shown(who: Call['who']): Export[] {
    this.#move();
    const id = this.#idOf(who);
    return this.exports.filter((one) => this.#isAdmin(who) || one.asked_by === id);
  }

  async #export({ request, who }: Call): Promise<Response> {
    const { whose } = (await request.json()) as { whose: ExportWhose };
    if (whose === 'team' && !this.#me(who).is_fresh) {
      return problem(403, 'fresh-sign-in', 'This takes a sign-in within the last ten minutes.');
    }
    const asked_by = this.#idOf(who);
    const before = this.exports.find((one) => one.asked_by === asked_by && isOpen(one));
    if (before !== undefined) return json(before, 202);
    const none = { ended_at: null, bytes: null, ends_at: null };
    const made = this.export({ ...none, whose, asked_by, asked_at: this.at(0), status: 'queued' });
    this.exports = [made, ...this.exports];
    return json(made, 202);
  }

  #oneExport(id: string): Response {
    const known = this.exports.find((one) => one.id === id);
    return known === undefined ? problem(404, 'unknown-export', 'There is no such export.') : json(known);
  }

  #removeExport(id: string): Response {
    this.exports = this.exports.filter((one) => one.id !== id);
    return new HttpResponse(null, { status: 204 });
  }

  #own(who: Call['who']): Erasure | undefined {
    const id = this.#idOf(who);
    return this.erasures.find(
      (one) => one.own && one.asked_by === id && (isToCome(one) || one.status === 'erasing'),
    );
  }

  #known(id: string): Erasure | undefined {
    return this.erasures.find((one) => one.id === id);
  }

  #mine(who: Call['who']): Response {
    this.#move();
    const own = this.#own(who);
    if (own !== undefined) return json(own);
    return problem(404, 'no-erasure', 'You have not asked for your erasure. POST asks for it.');
  }

  #new(rest: Partial<Erasure>): Response {
    const begun = this.erasure({
      asked_at: this.at(0),
      status: 'looking',
      step: 'looking',
      would_go: {},
      due_at: null,
      ...rest,
    });
    this.erasures = [begun, ...this.erasures];
    return json(begun, 202);
  }

  #askForMine(who: Call['who']): Response {
    const own = this.#own(who);
    const id = this.#idOf(who);
    return own === undefined
      ? this.#new({ own: true, asked_by: id, users: id === null ? [] : [id], member: null })
      : json(own, 202);
  }

  async #begin({ request, who }: Call): Promise<Response> {
    const { member = null, user = null, accounts = [] } = (await request.json()) as NewErasure;
    const about = member ?? user;
    const before = this.erasures.find(
      (one) => isToCome(one) && about !== null && [one.member, ...one.users].includes(about),
    );
    if (before !== undefined) return json(before, 202);
    return this.#new({ member, users: user === null ? [] : [user], accounts, asked_by: this.#idOf(who) });
  }

  #list(): Response {
    this.#move();
    return json({ erasures: this.erasures });
  }

  #change(id: string, change: Partial<Erasure>): Erasure | undefined {
    this.erasures = this.erasures.map((one) => (one.id === id ? { ...one, ...change } : one));
    return this.#known(id);
  }

  #takeBack(erasure: Erasure | undefined): Response {
    if (erasure === undefined || !isToCome(erasure)) {
      return problem(409, 'too-late', 'It is being done, or over: it cannot be taken back any more.');
    }
    this.#change(erasure.id, { status: 'cancelled', due_at: null, ended_at: this.at(0) });
    return new HttpResponse(null, { status: 204 });
  }

  #confirm({ id, who }: Call): Response {
    const known = this.#known(id);
    if (known?.status !== 'confirming') {
      return problem(409, 'not-confirming', 'It does not wait to be confirmed (any more).');
    }
    const confirmed = this.#change(id, {
      confirmed_by: this.#idOf(who),
      confirmed_at: this.at(0),
      status: 'erasing',
      step: 'erasing, pass 1',
      member: 'm_5f2c',
      users: ['u_8a41'],
      accounts: known.accounts.map((_, place) => `github:p${place}`),
      due_at: null,
    });
    return json(confirmed ?? {}, 202);
  }
}
