import { expect, test } from 'vitest';
import type { Team } from './client.ts';
import { chosenTeam, PROVIDERS, providerName, stepName } from './words.ts';

const team: Team = {
  team_id: 't1',
  name: 'Acme',
  time_zone: 'UTC',
  role: 'lead',
  leads: [],
  scopes: [],
};

test('the first team unless the address names one; an unknown one is not swapped for another', () => {
  expect(chosenTeam([team], null)).toBe(team);
  expect(chosenTeam([team], team.team_id)).toBe(team);
  expect(chosenTeam([team], 'gone')).toBeNull();
  expect(chosenTeam([], null)).toBeNull();
});

test('names for people', () => {
  expect([providerName('github'), providerName('something_new')]).toEqual(['GitHub', 'something_new']);
  expect([stepName('pull requests'), stepName('branch_commits'), stepName('')]).toEqual([
    'Pull requests',
    'Branch commits',
    'Working',
  ]);
  expect(PROVIDERS).toHaveLength(8);
});
