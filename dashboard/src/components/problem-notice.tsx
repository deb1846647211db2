import { use } from 'react';

import { ApiError } from '../api/problem.ts';
import { IdentityContext } from '../session/identity.ts';
import { signInAddress } from '../session/sign-in-address.ts';
import { useWayBack } from '../session/use-way-back.ts';
import { Icon } from './icon.tsx';

/** Refusals that are no failure: they say what one may, or what to do first. */
const CALM: ReadonlySet<string | null> = new Set([
  'fresh-sign-in',
  'too-few-people',
  'role',
  'scope',
  'people-only',
  'not-a-member',
]);

/** What went wrong, in the API's words, with the id an operator finds it by, and a way to try again. */
export function ProblemNotice({
  error,
  onRetry,
  what,
}: {
  error: unknown;
  onRetry?: () => void;
  what: string;
}) {
  const problem = error instanceof ApiError ? error : null;
  if (problem?.kind === 'fresh-sign-in') return <FreshSignIn />;
  const calm = problem !== null && CALM.has(problem.kind);
  return (
    <div className={calm ? 'notice notice-warn' : 'notice notice-bad'} role="alert">
      <Icon name={calm ? 'info' : 'warning'} />
      <div className="notice-body">
        <strong>{what}</strong>
        <p>
          {problem === null
            ? 'Something unexpected happened in this page.'
            : calm
              ? (problem.detail ?? problem.title)
              : `${problem.title}${problem.detail === null ? '' : `: ${problem.detail}`}`}
        </p>
        {calm || problem?.requestId == null ? null : (
          <p className="small">
            Request id <code>{problem.requestId}</code>
          </p>
        )}
      </div>
      {calm || onRetry === undefined ? null : (
        <button type="button" className="button" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}

/** Nothing was changed: whoever wants it has to prove once more who they are. */
function FreshSignIn() {
  return (
    <div className="notice notice-warn" role="alert">
      <Icon name="info" />
      <div className="notice-body">
        <strong>This takes a sign-in within the last ten minutes</strong>
        <p>Nothing was changed. Sign in once more; you come back to this page, and can do it then.</p>
      </div>
      <SignInOnceMore />
    </div>
  );
}

/** Leads to the issuer of whoever is in, and back to this page. */
export function SignInOnceMore() {
  const identity = use(IdentityContext);
  const here = useWayBack();
  const issuer = identity?.me.issuer ?? null;
  if (issuer === null) return null;
  return (
    <a className="button" href={signInAddress(issuer, here, true)}>
      Sign in once more
    </a>
  );
}
