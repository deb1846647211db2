import type { Action } from '../api/may.ts';

interface PageEntry {
  path: string;
  name: string;
  heading: string;
  /** Looks at days and filters, which go along to other such pages. */
  hasSelection: boolean;
  /** What one has to be allowed to see it. */
  needs: Action;
}

export const PAGES = [
  { path: '/', name: 'Delivery', heading: 'Delivery overview', hasSelection: true, needs: 'see' },
  { path: '/ai', name: 'AI impact', heading: 'AI impact', hasSelection: true, needs: 'see' },
  { path: '/my-surveys', name: 'My surveys', heading: 'My surveys', hasSelection: false, needs: 'answer' },
  {
    path: '/surveys',
    name: 'Survey settings',
    heading: 'Survey settings',
    hasSelection: false,
    needs: 'see',
  },
  {
    path: '/connections',
    name: 'Connections',
    heading: 'Connections',
    hasSelection: false,
    needs: 'configure',
  },
  { path: '/access', name: 'Access', heading: 'Access', hasSelection: false, needs: 'users' },
  { path: '/audit', name: 'Audit log', heading: 'Audit log', hasSelection: false, needs: 'audit' },
  {
    path: '/privacy',
    name: 'Data & privacy',
    heading: 'Data & privacy',
    hasSelection: false,
    needs: 'export',
  },
] as const satisfies readonly PageEntry[];

export type Page = (typeof PAGES)[number];
export type PagePath = Page['path'];

/** The page of an address's path; the delivery overview where there is no other. */
export function pageAt(path: string): Page {
  return PAGES.find((page) => page.path === path) ?? PAGES[0];
}
