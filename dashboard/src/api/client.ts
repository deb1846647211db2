import { ApiError, problemOf } from './problem.ts';
import type { components, paths } from './schema.ts';

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';
type PathWith<M extends Method> = {
  [P in keyof paths]: paths[P] extends Record<M, { responses: unknown }> ? P : never;
}[keyof paths];
type Operation<P extends keyof paths, M extends Method> = paths[P] extends Record<M, infer O> ? O : never;

/** The JSON of a successful answer; nothing where it has no content. */
export type Answer<P extends keyof paths, M extends Method> =
  Operation<P, M> extends { responses: infer R }
    ? R[Extract<200 | 201 | 202, keyof R>] extends { content: { 'application/json': infer B } }
      ? B
      : undefined
    : never;
type Body<O> = O extends { requestBody: { content: { 'application/json': infer B } } } ? B : undefined;
type PathParams<O> = O extends { parameters: { path: infer A } } ? A : undefined;
type QueryParams<O> = O extends { parameters: { query?: infer A } } ? A : undefined;

interface Options<O> {
  path?: PathParams<O>;
  query?: QueryParams<O>;
  body?: Body<O>;
  signal?: AbortSignal;
}

export type Me = Answer<'/api/me', 'get'>;
/** A team as whoever asks may enter it. */
export type Team = Me['teams'][number];
/** Teams with their settings and those of their people whom whoever asks may see: reading it is noted in the audit log. */
export type Teams = Answer<'/api/teams', 'get'>;
export type Issuer = Answer<'/auth/issuers', 'get'>['issuers'][number];
export type Users = Answer<'/api/teams/{team_id}/users', 'get'>;
export type User = Users['users'][number];
export type Invitation = Users['invitations'][number];
export type Identities = Answer<'/api/teams/{team_id}/identities', 'get'>;
export type Role = components['schemas']['RoleName'];
export type Scope = components['schemas']['ScopeName'];
export type ApiToken = components['schemas']['ApiToken'];
export type ShownToken = components['schemas']['ShownToken'];
export type MySurveys = Answer<'/api/teams/{team_id}/surveys', 'get'>;
export type MySurvey = MySurveys['surveys'][number];
export type MyAnswer = components['schemas']['MyAnswer'];
export type MyMembership = Answer<'/api/teams/{team_id}/members/me', 'get'>;
export type Groups = Answer<'/api/teams/{team_id}/groups', 'get'>;
export type Group = Groups['groups'][number];
export type Repositories = Answer<'/api/teams/{team_id}/repositories', 'get'>;
export type Provider = components['schemas']['ProviderName'];
export type Connections = Answer<'/api/teams/{team_id}/connections', 'get'>;
export type Connection = Connections['connections'][number];
export type NewConnection = components['schemas']['NewConnection'];
export type SyncRow = Answer<'/api/sync', 'get'>[number];
export type Delivery = Answer<'/api/teams/{team_id}/metrics/delivery', 'get'>;
export type Duration = Delivery['cycle_time'];
export type Exclusion = Duration['exclusions'][number];
export type Week = Delivery['weekly'][number];
export type Ai = Answer<'/api/teams/{team_id}/metrics/ai', 'get'>;
export type AiBasis = Ai['by'];
export type Proportion = Ai['detection_rate'];
export type Comparison = Ai['impact']['cycle_time'];
export type Export = components['schemas']['Export'];
export type ExportWhose = components['schemas']['ExportWhose'];
export type Erasure = components['schemas']['Erasure'];
export type NewErasure = components['schemas']['NewErasure'];
export type SurveySettings = components['schemas']['SurveySettings'];
export type SurveySettingsAnswer = Answer<'/api/teams/{team_id}/survey-settings', 'get'>;

/** What a call looks like once the paths' types are out of the way. */
interface Call {
  path?: unknown;
  query?: unknown;
  body?: unknown;
  signal?: AbortSignal;
}

function stringified(params: unknown): [string, string][] {
  return Object.entries(params ?? {}).flatMap(([name, value]: [string, unknown]) =>
    typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      ? [[name, String(value)]]
      : [],
  );
}

function addressOf(template: string, path: unknown, query: unknown): string {
  let address = template;
  for (const [name, value] of stringified(path)) {
    address = address.replace(`{${name}}`, encodeURIComponent(value));
  }
  const search = new URLSearchParams(stringified(query)).toString();
  return search === '' ? address : `${address}?${search}`;
}

/** A page of a download, and the address of the next one where there is one. */
export interface TextPage {
  text: string;
  next: string | null;
}

/** The address that a `Link` header has for what comes next (RFC 8288); only one of the API's own is followed. */
export function nextOf(link: string | null): string | null {
  const found = /<(\/api\/[^>]*)>\s*;\s*rel="?next"?/.exec(link ?? '');
  return found?.[1] ?? null;
}

/**
 * Calls the API: with a token where there is one, else as whoever the browser's session cookie says. Paths, parameters
 * and answers are those of the OpenAPI snapshot.
 */
export class Client {
  readonly #token: string | null;

  constructor(token: string | null) {
    this.#token = token;
  }

  get<P extends PathWith<'get'>>(
    path: P,
    options: Options<Operation<P, 'get'>> = {},
  ): Promise<Answer<P, 'get'>> {
    return this.#json('GET', path, options);
  }

  post<P extends PathWith<'post'>>(
    path: P,
    options: Options<Operation<P, 'post'>> = {},
  ): Promise<Answer<P, 'post'>> {
    return this.#json('POST', path, options);
  }

  put<P extends PathWith<'put'>>(
    path: P,
    options: Options<Operation<P, 'put'>> = {},
  ): Promise<Answer<P, 'put'>> {
    return this.#json('PUT', path, options);
  }

  patch<P extends PathWith<'patch'>>(
    path: P,
    options: Options<Operation<P, 'patch'>> = {},
  ): Promise<Answer<P, 'patch'>> {
    return this.#json('PATCH', path, options);
  }

  delete<P extends PathWith<'delete'>>(
    path: P,
    options: Options<Operation<P, 'delete'>> = {},
  ): Promise<Answer<P, 'delete'>> {
    return this.#json('DELETE', path, options);
  }

  /** A page of what is no JSON document. */
  text<P extends PathWith<'get'>>(path: P, options: Options<Operation<P, 'get'>> = {}): Promise<TextPage> {
    return this.#text(addressOf(path, options.path, options.query), options.signal);
  }

  /** The page at the address that the page before named. */
  follow(next: string, signal?: AbortSignal): Promise<TextPage> {
    return this.#text(next, signal);
  }

  async #text(address: string, signal: AbortSignal | undefined): Promise<TextPage> {
    const response = await this.#send('GET', address, { accept: '*/*', signal });
    return { text: await response.text(), next: nextOf(response.headers.get('link')) };
  }

  async #json<T>(method: string, template: string, options: Call): Promise<T> {
    const address = addressOf(template, options.path, options.query);
    const response = await this.#send(method, address, {
      accept: 'application/json',
      body: options.body,
      signal: options.signal,
    });
    if (response.status === 204) return undefined as T;
    try {
      const text = await response.text();
      // What is only taken on may be answered without a word.
      if (response.status === 202 && text === '') return undefined as T;
      // The shape is the server's promise: its OpenAPI snapshot is generated from the same code.
      return JSON.parse(text) as T;
    } catch {
      throw new ApiError({ status: response.status, title: 'The answer could not be read', detail: null });
    }
  }

  async #send(
    method: string,
    address: string,
    options: { accept: string; body?: unknown; signal?: AbortSignal | undefined },
  ): Promise<Response> {
    const { accept, body, signal } = options;
    const headers = new Headers({ accept });
    if (this.#token !== null) headers.set('authorization', `Bearer ${this.#token}`);
    const init: RequestInit = { method, headers, cache: 'no-store', credentials: 'same-origin' };
    if (signal !== undefined) init.signal = signal;
    if (body !== undefined) {
      headers.set('content-type', 'application/json');
      init.body = JSON.stringify(body);
    }
    let response: Response;
    try {
      response = await fetch(address, init);
    } catch (error) {
      if (signal?.aborted === true) throw error;
      throw new ApiError({
        status: null,
        title: 'Plumbline cannot be reached',
        detail: 'The request got no answer. Check the connection and try again.',
      });
    }
    if (!response.ok) throw await problemOf(response);
    return response;
  }
}
