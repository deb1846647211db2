import { ApiError, problemOf } from './problem.ts';
import type { components, paths } from './schema.ts';

type Method = 'get' | 'post' | 'put' | 'delete';
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

export type Teams = Answer<'/api/teams', 'get'>;
export type Team = Teams['teams'][number];
export type Groups = Answer<'/api/teams/{team_id}/groups', 'get'>;
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

/** Calls the API with one token. Paths, parameters and answers are those of the OpenAPI snapshot. */
export class Client {
  readonly #token: string;

  constructor(token: string) {
    this.#token = token;
  }

  get<P extends PathWith<'get'>>(
    path: P,
    options: Options<Operation<P, 'get'>> = {},
  ): Promise<Answer<P, 'get'>> {
    return this.#call('GET', path, options);
  }

  post<P extends PathWith<'post'>>(
    path: P,
    options: Options<Operation<P, 'post'>> = {},
  ): Promise<Answer<P, 'post'>> {
    return this.#call('POST', path, options);
  }

  put<P extends PathWith<'put'>>(
    path: P,
    options: Options<Operation<P, 'put'>> = {},
  ): Promise<Answer<P, 'put'>> {
    return this.#call('PUT', path, options);
  }

  delete<P extends PathWith<'delete'>>(
    path: P,
    options: Options<Operation<P, 'delete'>> = {},
  ): Promise<Answer<P, 'delete'>> {
    return this.#call('DELETE', path, options);
  }

  async #call<T>(method: string, template: string, options: Call): Promise<T> {
    const headers = new Headers({ accept: 'application/json', authorization: `Bearer ${this.#token}` });
    const init: RequestInit = { method, headers, cache: 'no-store' };
    if (options.signal !== undefined) init.signal = options.signal;
    if (options.body !== undefined) {
      headers.set('content-type', 'application/json');
      init.body = JSON.stringify(options.body);
    }
    let response: Response;
    try {
      response = await fetch(addressOf(template, options.path, options.query), init);
    } catch (error) {
      if (options.signal?.aborted === true) throw error;
      throw new ApiError({
        status: null,
        title: 'Plumbline cannot be reached',
        detail: 'The request got no answer. Check the connection and try again.',
      });
    }
    if (!response.ok) throw await problemOf(response);
    if (response.status === 204) return undefined as T;
    try {
      // The shape is the server's promise: its OpenAPI snapshot is generated from the same code.
      return (await response.json()) as T;
    } catch {
      throw new ApiError({ status: response.status, title: 'The answer could not be read', detail: null });
    }
  }
}
