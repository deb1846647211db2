import type { Erasure, Export, Identities, User } from '../../api/client.ts';
import { isOpen } from '../../api/privacy-queries.ts';
import { providerName } from '../../api/words.ts';
import type { Tone } from '../../components/sync-state.tsx';
import { userName } from '../access/words.ts';

export interface Pill {
  text: string;
  tone: Tone;
}

/** Whether its file can be downloaded. */
export function hasFile(entry: Export, now: number): boolean {
  return entry.status === 'done' && entry.ends_at !== null && Date.parse(entry.ends_at) > now;
}

export function exportPill(entry: Export, now: number): Pill {
  if (isOpen(entry)) return { text: entry.status === 'running' ? 'Being made' : 'Queued', tone: 'busy' };
  switch (entry.status) {
    case 'done':
      return hasFile(entry, now) ? { text: 'Ready', tone: 'good' } : { text: 'Expired', tone: 'none' };
    case 'failed':
      return { text: 'Failed', tone: 'bad' };
    case 'cancelled':
      return { text: 'Given up', tone: 'none' };
    default:
      return { text: entry.status, tone: 'none' };
  }
}

export function erasurePill(status: Erasure['status']): Pill {
  switch (status) {
    case 'looking':
      return { text: 'Looking', tone: 'busy' };
    case 'confirming':
      return { text: 'To be confirmed', tone: 'warn' };
    case 'erasing':
      return { text: 'Being erased', tone: 'busy' };
    case 'done':
      return { text: 'Erased', tone: 'good' };
    case 'failed':
      return { text: 'Failed', tone: 'bad' };
    case 'cancelled':
      return { text: 'Taken back', tone: 'none' };
  }
}

/** Whoever asked for something. */
export function askerName(id: string | null, users: readonly User[]): string {
  if (id === null) return 'the operator';
  const user = users.find((candidate) => candidate.id === id);
  return user === undefined ? `user ${id}` : userName(user);
}

/** An account as people know it, and as the API names it. */
export function accountWords(account: string, people: Identities['members']): string {
  const provider = providerName(account.slice(0, account.indexOf(':')));
  const known = people.flatMap((member) => member.accounts).find((one) => one.account === account);
  const called = known?.login ?? known?.name ?? null;
  return called === null ? `${provider}: ${account}` : `${provider}: ${called} (${account})`;
}
