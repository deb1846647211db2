import { HttpResponse } from 'msw';
import type { Action } from '../api/may.ts';
import type { PersonKey } from './people.ts';

/** A call whose caller may make it. */
export interface Call {
  request: Request;
  url: URL;
  who: PersonKey | 'operator';
  /** The team of the path. */
  team: string;
  /** The last part of the path that is a name for something. */
  id: string;
}

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** What a route asks: nothing, to be somebody, or to be allowed something in its team. */
export type Rule = 'open' | 'somebody' | Action;

export type Route = [
  method: Method,
  path: string,
  rule: Rule,
  answer: (call: Call) => Response | Promise<Response>,
  sensitive?: 'sensitive',
];

export function json(body: object, status = 200): Response {
  return HttpResponse.json(body, { status });
}

/** A refusal in the API's form. */
export function problem(status: number, kind: string, detail: string, headers: HeadersInit = {}): Response {
  const body = problemBody(status, kind, detail);
  return HttpResponse.json(body, {
    status,
    headers: { 'content-type': 'application/problem+json', ...Object.fromEntries(new Headers(headers)) },
  });
}

const TITLES: Record<number, string> = {
  401: 'A sign-in or a valid token is needed',
  403: 'Not allowed',
  404: 'Not found',
  409: 'Not possible as things stand',
  422: 'A value cannot be used',
  429: 'Too many calls',
};

export function problemBody(status: number, kind: string, detail: string): object {
  const title = TITLES[status] ?? 'Something went wrong here';
  return { type: `urn:plumbline:problem:${kind}`, title, status, detail, request_id: 'req-7f3a' };
}
