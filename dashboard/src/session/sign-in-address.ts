/** The longest path that the API sends a browser back to. */
const LONGEST = 1_000;

/** Where a browser is sent back to: the page it is on, unless the API would refuse it. */
export function returnTo({ pathname, search }: { pathname: string; search: string }): string {
  const here = pathname + search;
  if (pathname.startsWith('//') || !/^[\x21-\x7e]*$/.test(here) || here.includes('\\')) return '/';
  return here.length <= LONGEST ? here : pathname.slice(0, LONGEST);
}

/** Where signing in begins; the browser goes there by itself. `fresh`: the issuer asks its user again. */
export function signInAddress(issuer: string, here: string, fresh = false): string {
  const query = new URLSearchParams({ ...(fresh ? { fresh: 'true' } : {}), return_to: here });
  return `/auth/sign-in/${encodeURIComponent(issuer)}?${query.toString()}`;
}
