/** What went wrong with a call, in the API's own words where it said any (problem+json, RFC 9457). */
export class ApiError extends Error {
  /** HTTP status; null when no answer came at all. */
  readonly status: number | null;
  readonly title: string;
  readonly detail: string | null;
  /** The API's stable name for it, as `too-few-people`. */
  readonly kind: string | null;
  /** What an operator needs to find the call in the logs. */
  readonly requestId: string | null;
  /** Seconds after which the same call may work. */
  readonly retryAfter: number | null;

  constructor(parts: {
    status: number | null;
    title: string;
    detail?: string | null;
    kind?: string | null;
    requestId?: string | null;
    retryAfter?: number | null;
  }) {
    super(parts.detail == null ? parts.title : `${parts.title}: ${parts.detail}`);
    this.name = 'ApiError';
    this.status = parts.status;
    this.title = parts.title;
    this.detail = parts.detail ?? null;
    this.kind = parts.kind ?? null;
    this.requestId = parts.requestId ?? null;
    this.retryAfter = parts.retryAfter ?? null;
  }
}

/** The kind of a problem of the API's; null for any other failure. */
export function kindOf(error: unknown): string | null {
  return error instanceof ApiError ? error.kind : null;
}

const KIND = 'urn:plumbline:problem:';

function seconds(header: string | null): number | null {
  return header !== null && /^\d{1,6}$/.test(header) ? Number(header) : null;
}

function text(body: unknown, field: string): string | null {
  if (typeof body !== 'object' || body === null) return null;
  const value: unknown = Reflect.get(body, field);
  return typeof value === 'string' && value !== '' ? value : null;
}

/** Reads a failed answer. Proxies in front of the API answer with HTML or nothing: the status then has to do. */
export async function problemOf(response: Response): Promise<ApiError> {
  let body: unknown = null;
  if (/\bjson\b/.test(response.headers.get('content-type') ?? '')) {
    body = await response.json().catch(() => null);
  }
  const type = text(body, 'type');
  return new ApiError({
    status: response.status,
    kind: type?.startsWith(KIND) === true ? type.slice(KIND.length) : null,
    retryAfter: seconds(response.headers.get('retry-after')),
    title: text(body, 'title') ?? `The server answered ${response.status}`,
    detail: text(body, 'detail'),
    requestId:
      text(body, 'request_id') ??
      response.headers.get('x-request-id') ??
      response.headers.get('apigw-requestid'),
  });
}
