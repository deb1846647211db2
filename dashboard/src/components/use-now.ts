import { useEffect, useState } from 'react';

/**
 * The time, moved on every half minute, so that "2 minutes ago" stays true while nobody touches the page, and never
 * before `atLeast` (milliseconds): what has just been read is not in the future.
 */
export function useNow(atLeast: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => {
      setNow(Date.now());
    }, 30_000);
    return () => {
      clearInterval(timer);
    };
  }, []);
  return Math.max(now, atLeast);
}
