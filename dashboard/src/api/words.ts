import type { Provider, Team } from './client.ts';

/** The team of the address, or the first one. */
export function chosenTeam(teams: readonly Team[], teamId: string | null): Team | null {
  return teams.find((team) => team.team_id === teamId) ?? (teamId === null ? (teams[0] ?? null) : null);
}

/** What the providers are called, in the order in which they are shown. */
const NAMES: Record<Provider, string> = {
  github: 'GitHub',
  jira: 'Jira',
  slack: 'Slack',
  copilot: 'GitHub Copilot',
  github_enterprise: 'GitHub Enterprise',
  atlassian: 'Atlassian',
  jfrog: 'JFrog',
  trello: 'Trello',
};

export function isProvider(text: string): text is Provider {
  return Object.hasOwn(NAMES, text);
}

export const PROVIDERS: readonly Provider[] = Object.keys(NAMES).filter(isProvider);

/** A provider's name for people; one that is newer than this page keeps its own. */
export function providerName(provider: string): string {
  return isProvider(provider) ? NAMES[provider] : provider;
}

/** A step's name as words: `pull_requests` is `Pull requests`. */
export function stepName(step: string): string {
  const words = step.replaceAll(/[_-]+/g, ' ').trim();
  return words === '' ? 'Working' : words.charAt(0).toUpperCase() + words.slice(1);
}
