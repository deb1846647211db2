import type { AuditRange } from '../../api/account-queries.ts';
import type { Client } from '../../api/client.ts';

/** The most entries that the API puts into a page. */
const LIMIT = 5_000;

/** The whole log of a range; only its first page has the heads of the columns. */
export async function csvOf(client: Client, teamId: string, range: AuditRange): Promise<string> {
  let page = await client.text('/api/teams/{team_id}/audit', {
    path: { team_id: teamId },
    query: { format: 'csv', ...range, limit: LIMIT },
  });
  const parts = [page.text];
  while (page.next !== null) {
    page = await client.follow(page.next);
    parts.push(page.text);
  }
  return parts.join('');
}

/** Gives the browser a file to keep. */
export function saveFile(name: string, type: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
