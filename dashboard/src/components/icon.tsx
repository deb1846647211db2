const PATHS = {
  info: 'M8 7.2v4M8 4.8v.1M14.2 8A6.2 6.2 0 1 1 1.8 8a6.2 6.2 0 0 1 12.4 0Z',
  warning:
    'M8 6.2v3.2M8 11.6v.1M7 2.6 1.6 12a1.2 1.2 0 0 0 1 1.8h10.8a1.2 1.2 0 0 0 1-1.8L9 2.6a1.2 1.2 0 0 0-2 0Z',
  moon: 'M13.6 9.6A6 6 0 0 1 6.4 2.4a6 6 0 1 0 7.2 7.2Z',
  sun: 'M8 1.2v1.6M8 13.2v1.6M1.2 8h1.6M13.2 8h1.6M3.2 3.2l1.1 1.1M11.7 11.7l1.1 1.1M3.2 12.8l1.1-1.1M11.7 4.3l1.1-1.1M11 8a3 3 0 1 1-6 0 3 3 0 0 1 6 0Z',
  sync: 'M2 8a6 6 0 0 1 10.4-4.1L14 5.4M14 2v3.4h-3.4M14 8a6 6 0 0 1-10.4 4.1L2 10.6M2 14v-3.4h3.4',
  person: 'M8 8.2a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM2.4 14c.5-2.6 2.7-4 5.6-4s5.1 1.4 5.6 4',
  check: 'm2.8 8.6 3.4 3.4 7-7.6',
  close: 'm3.5 3.5 9 9M12.5 3.5l-9 9',
} as const;

/** A small picture beside words or inside a labelled button; never the only carrier of a meaning. */
export function Icon({ name }: { name: keyof typeof PATHS }) {
  return (
    <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path
        d={PATHS[name]}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}

export function Logo() {
  return (
    <svg width="26" height="26" viewBox="0 0 32 32" aria-hidden="true" focusable="false" className="logo">
      <rect width="32" height="32" rx="7" fill="var(--accent)" />
      <path d="M16 4v12" stroke="var(--on-accent)" strokeWidth="2" strokeLinecap="round" />
      <path d="M11 15h10l-1.2 6L16 28l-3.8-7z" fill="var(--on-accent)" />
    </svg>
  );
}
