// Made-up people who sign in, tokens, and what they are asked: for the tests and for `npm run mock`.
import type { ApiToken, Invitation, Issuer, MySurvey, MySurveys, User } from '../api/client.ts';

export const issuers: Issuer[] = [
  { id: 'okta', name: 'Acme Okta' },
  { id: 'github', name: 'GitHub' },
];

export interface Person {
  id: string;
  name: string | null;
  email: string | null;
  issuer: string;
}

export type PersonKey = 'admin' | 'lead' | 'developer' | 'newcomer';

export const persons: Record<PersonKey, Person> = {
  admin: { id: 'u_ada', name: 'Ada Moreau', email: 'ada@acme.example', issuer: 'okta' },
  lead: { id: 'u_bram', name: 'Bram de Wit', email: 'bram@acme.example', issuer: 'okta' },
  developer: { id: 'u_chioma', name: 'Chioma Eze', email: 'chioma@acme.example', issuer: 'github' },
  newcomer: { id: 'u_zoe', name: 'Zoe Adler', email: 'zoe@elsewhere.example', issuer: 'github' },
};

const user = (person: Person, rest: Pick<User, 'role' | 'leads' | 'joined_by'>, at: string): User => ({
  ...person,
  ...rest,
  member: null,
  joined_at: at,
});

/** Users of the teams. */
export const usersOf: Record<string, User[]> = {
  'team-acme': [
    user(persons.admin, { role: 'admin', leads: [], joined_by: 'invitation' }, '2026-02-02T09:00:00.000Z'),
    user(
      persons.lead,
      { role: 'lead', leads: ['github:10', 'github:12'], joined_by: 'invitation' },
      '2026-03-11T10:30:00.000Z',
    ),
    user(
      persons.developer,
      { role: 'developer', leads: [], joined_by: 'github_organization' },
      '2026-06-01T07:45:00.000Z',
    ),
    {
      id: 'u_daniel',
      issuer: 'okta',
      name: null,
      email: 'daniel.roth@acme.example',
      role: 'admin',
      leads: [],
      member: null,
      joined_at: '2026-10-20T13:05:00.000Z',
      joined_by: 'domain',
    },
  ],
  'team-globex': [
    user(
      persons.admin,
      { role: 'developer', leads: [], joined_by: 'invitation' },
      '2026-04-02T09:00:00.000Z',
    ),
  ],
};

export const invitations: Invitation[] = [
  {
    id: 'i_1',
    email: 'elif@acme.example',
    role: 'lead',
    leads: ['github:11'],
    created_at: '2026-11-20T09:00:00.000Z',
    expires_at: '2026-12-04T09:00:00.000Z',
  },
];

export const tokens: ApiToken[] = [
  {
    id: 'k_bi',
    name: 'BI export',
    scopes: ['metrics', 'people'],
    made_by: 'u_ada',
    created_at: '2026-09-01T08:00:00.000Z',
    rotated_at: '2026-11-01T08:00:00.000Z',
    expires_at: '2027-02-28T08:00:00.000Z',
    last_used_at: '2026-11-22T11:40:00.000Z',
  },
  {
    id: 'k_old',
    name: 'Pilot',
    scopes: ['sync'],
    made_by: null,
    created_at: '2026-02-01T08:00:00.000Z',
    rotated_at: null,
    expires_at: '2026-05-02T08:00:00.000Z',
    last_used_at: null,
  },
];

/** A survey, and what only the API knows of it. */
export interface SecretSurvey {
  survey: MySurvey;
  /** Null while its author has not answered. */
  truth: boolean | null;
}

/** Surveys of a developer, at hours before now. */
export function surveysAt(now: number): SecretSurvey[] {
  const make = (
    number: number,
    title: string,
    hours: number,
    rest: Partial<MySurvey> & Pick<MySurvey, 'role' | 'open'>,
    truth: boolean | null,
  ): SecretSurvey => {
    const merged = now - hours * 3_600_000;
    return {
      truth,
      survey: {
        provider: 'github',
        repository_id: 501,
        repository: 'acme/checkout',
        number,
        title,
        url: `https://github.com/acme/checkout/pull/${number}`,
        merged_at: new Date(merged).toISOString(),
        expires_at: new Date(merged + 7 * 24 * 3_600_000).toISOString(),
        assisted: null,
        quality: null,
        guess: null,
        guessed_right: null,
        truth: null,
        ...rest,
      },
    };
  };
  return [
    make(412, 'Retry payments that time out', 2, { role: 'reviewer', open: ['quality', 'guess'] }, true),
    make(409, 'Show the delivery date in the cart', 5, { role: 'author', open: ['assisted'] }, null),
    make(
      401,
      'Round prices the way the invoice does',
      28,
      { role: 'reviewer', open: ['guess'], quality: 3 },
      null,
    ),
    make(
      388,
      'Move the voucher check to the server',
      75,
      { role: 'reviewer', open: [], quality: 2, guess: false, guessed_right: true, truth: false },
      false,
    ),
    make(380, 'Drop the old address form', 120, { role: 'author', open: [], assisted: true }, true),
  ];
}

export const stats: MySurveys['stats'] = {
  reviews_asked: 24,
  rated: 21,
  mean_quality: 2.38,
  guesses: 20,
  accuracy: { correct: 12, resolved: 17 },
  authored: 9,
  authored_assisted: 4,
  authored_known: 7,
};
