import { useHere } from '../address.ts';
import { returnTo } from './sign-in-address.ts';

/** Where whoever signs in comes back to: the page that is shown. */
export function useWayBack(): string {
  return returnTo(new URL(useHere(), window.location.origin));
}
