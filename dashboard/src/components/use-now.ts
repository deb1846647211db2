import { useEffect, useState } from 'react';

/** The time, moved on every half minute, so that "2 minutes ago" stays true while nobody touches the page. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => {
      setNow(Date.now());
    }, 30_000);
    return () => {
      clearInterval(timer);
    };
  }, []);
  return now;
}
