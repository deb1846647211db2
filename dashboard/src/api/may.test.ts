import { describe, expect, test } from 'vitest';
import type { Me, Team } from './client.ts';
import { may, roleWords, type Action } from './may.ts';

const ALL: Action[] = ['see', 'answer', 'export', 'sync', 'configure', 'users', 'tokens', 'audit', 'erase'];

const team = (rest: Partial<Team>): Team => ({
  team_id: 't1',
  name: 'Acme',
  time_zone: 'UTC',
  role: null,
  leads: [],
  scopes: [],
  ...rest,
});
const me = (kind: Me['kind']): Me => ({
  kind,
  id: null,
  name: null,
  email: null,
  issuer: null,
  is_fresh: true,
  teams: [],
});
const allowed = (kind: Me['kind'], rest: Partial<Team>) =>
  ALL.filter((action) => may(me(kind), team(rest), action));

describe('what somebody may do', () => {
  test('is all for an admin, and to look, to answer and to take what is their own for the others who signed in', () => {
    expect(allowed('user', { role: 'admin' })).toEqual(ALL);
    expect(allowed('user', { role: 'lead' })).toEqual(['see', 'answer', 'export']);
    expect(allowed('user', { role: 'developer' })).toEqual(['see', 'answer', 'export']);
  });

  test('is all but what is a person’s for the operator', () => {
    expect(allowed('operator', {})).toEqual(ALL.filter((action) => action !== 'answer'));
  });

  test('is what its scopes name for a token', () => {
    expect(allowed('token', { scopes: ['metrics', 'people', 'sync', 'settings', 'audit'] })).toEqual([
      'see',
      'sync',
      'configure',
      'audit',
    ]);
    expect(allowed('token', { scopes: [] })).toEqual([]);
  });
});

test('roles have names; one that is newer than this page keeps its own', () => {
  expect([
    roleWords(me('user'), team({ role: 'lead' })),
    roleWords(me('user'), team({ role: 'auditor' })),
    roleWords(me('operator'), team({})),
  ]).toEqual(['Lead', 'auditor', 'Operator']);
});
