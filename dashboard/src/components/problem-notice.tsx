import { ApiError } from '../api/problem.ts';
import { Icon } from './icon.tsx';

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
  return (
    <div className="notice notice-bad" role="alert">
      <Icon name="warning" />
      <div className="notice-body">
        <strong>{what}</strong>
        <p>
          {problem === null ? 'Something unexpected happened in this page.' : problem.title}
          {problem?.detail == null ? '' : `: ${problem.detail}`}
        </p>
        {problem?.requestId == null ? null : (
          <p className="small">
            Request id <code>{problem.requestId}</code>
          </p>
        )}
      </div>
      {onRetry === undefined ? null : (
        <button type="button" className="button" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}
