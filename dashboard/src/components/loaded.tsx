import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ProblemNotice } from './problem-notice.tsx';
import { Skeleton } from './skeleton.tsx';

/** What is read for a part of a page: a place-holder before, and what went wrong. What was read before stays. */
export function Loaded<Data>(props: {
  query: Pick<UseQueryResult<Data>, 'data' | 'error' | 'isError' | 'refetch'>;
  /** What could not be loaded, as the beginning of a sentence. */
  what: string;
  /** Lines of the place-holder. */
  lines?: number;
  children: (data: Data) => ReactNode;
}) {
  const { query, what, lines = 3, children } = props;
  const retry = () => void query.refetch();
  if (query.data === undefined) {
    return query.isError ? (
      <ProblemNotice error={query.error} what={`${what} could not be loaded`} onRetry={retry} />
    ) : (
      <div className="loading-lines" role="status" aria-label="Loading">
        {Array.from({ length: lines }, (_, line) => (
          <Skeleton key={line} height={36} />
        ))}
      </div>
    );
  }
  return (
    <>
      {query.isError ? (
        <ProblemNotice error={query.error} what={`${what} could not be brought up to date`} onRetry={retry} />
      ) : null}
      {children(query.data)}
    </>
  );
}
