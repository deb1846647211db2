import type { Connection, NewConnection, Provider } from '../../api/client.ts';

interface Look {
  label: string;
  /** What to enter and where to find it. */
  hint?: string;
  kind: 'secret' | 'text' | 'list' | 'days';
  required?: true;
  placeholder?: string;
}

/** A field of the form, and its place in what the API takes. */
export type Field = Look &
  (
    | { where: 'credentials'; name: keyof NewConnection['credentials'] }
    | { where: 'settings'; name: keyof NewConnection['settings'] }
    | { where: 'server'; name: 'base_url' }
  );

interface Vendor {
  /** What is read there. */
  brings: string;
  fields: readonly Field[];
  /** What happens there when it is disconnected. */
  leaving: (by: Connection['connected_by']) => string;
}

const HISTORY: Field = {
  where: 'settings',
  name: 'history_days',
  label: 'Days of history',
  hint: 'How far the first sync goes back; 180 when empty.',
  kind: 'days',
};

function token(label: string, hint: string): Field {
  return { where: 'credentials', name: 'token', label, hint, kind: 'secret', required: true };
}

function theirs(what: string, where: string): Vendor['leaving'] {
  return () => `Plumbline forgets ${what}. It stays valid until its owner revokes it in ${where}.`;
}

const APP_STAYS =
  'The App’s token is taken back. The App stays installed until an owner uninstalls it in the organisation’s settings at GitHub.';

const ENTERED_AT_GITHUB = theirs('the token', 'the developer settings at GitHub');

export const VENDORS: Record<Provider, Vendor> = {
  github: {
    brings: 'Pull requests, reviews, commits, members and teams.',
    fields: [
      token(
        'Token',
        'Classic with repo and read:org, or fine-grained with read access to members, metadata, pull requests and contents.',
      ),
      {
        where: 'settings',
        name: 'organization',
        label: 'Organisation',
        hint: 'Its login. With it, members and teams are read.',
        kind: 'text',
        placeholder: 'acme',
      },
      {
        where: 'settings',
        name: 'repositories',
        label: 'Only these repositories',
        hint: 'Each as owner/name; all of the organisation’s when empty.',
        kind: 'list',
        placeholder: 'acme/api, acme/web',
      },
      {
        where: 'server',
        name: 'base_url',
        label: 'Enterprise Server',
        hint: 'Its address; empty for github.com.',
        kind: 'text',
        placeholder: 'https://ghe.example.com',
      },
      HISTORY,
    ],
    leaving: (by) => (by === 'installation' ? APP_STAYS : ENTERED_AT_GITHUB(by)),
  },
  jira: {
    brings: 'Projects, issues with their history, boards and sprints.',
    fields: [
      {
        where: 'server',
        name: 'base_url',
        label: 'Site',
        kind: 'text',
        required: true,
        placeholder: 'https://acme.atlassian.net',
      },
      {
        where: 'credentials',
        name: 'email',
        label: 'E-mail address',
        hint: 'Of the user that the API token belongs to.',
        kind: 'text',
        required: true,
      },
      token('API token', 'Made at id.atlassian.com, under Security.'),
      {
        where: 'settings',
        name: 'projects',
        label: 'Only these projects',
        hint: 'By their keys; all when empty.',
        kind: 'list',
        placeholder: 'RAIL, TICK',
      },
      HISTORY,
    ],
    leaving: (by) =>
      by === 'consent'
        ? 'Plumbline forgets its tokens. Atlassian lists the app until whoever agreed removes it under Connected apps in their Atlassian account.'
        : 'Plumbline forgets the API token. It stays valid until its owner revokes it at id.atlassian.com.',
  },
  slack: {
    brings: 'The directory of people, to tell who is who.',
    fields: [token('Bot token', 'Begins with xoxb-; of an app with users:read and users:read.email.')],
    leaving: () =>
      'The bot token is revoked at Slack. The app stays in the workspace until somebody removes it there.',
  },
  copilot: {
    brings: 'Seats and daily usage of an organisation or an enterprise.',
    fields: [
      token('Token', 'Classic, with manage_billing:copilot or read:org.'),
      {
        where: 'settings',
        name: 'organization',
        label: 'Organisation',
        hint: 'Its login.',
        kind: 'text',
        placeholder: 'acme',
      },
      {
        where: 'settings',
        name: 'enterprise',
        label: 'Or the enterprise',
        hint: 'Its slug, in place of the organisation.',
        kind: 'text',
        placeholder: 'acme-group',
      },
      HISTORY,
    ],
    leaving: (by) => (by === 'installation' ? APP_STAYS : ENTERED_AT_GITHUB(by)),
  },
  github_enterprise: {
    brings: 'Licences of an enterprise, bought and consumed.',
    fields: [
      token(
        'Classic token',
        'With read:enterprise, of an owner of the enterprise. GitHub takes no other kind here.',
      ),
      {
        where: 'settings',
        name: 'enterprise',
        label: 'Enterprise',
        hint: 'Its slug.',
        kind: 'text',
        required: true,
        placeholder: 'acme-group',
      },
    ],
    leaving: ENTERED_AT_GITHUB,
  },
  atlassian: {
    brings: 'Accounts, groups and access to products of an Atlassian organisation.',
    fields: [
      token('API key', 'Of the organisation, made at admin.atlassian.com under Settings.'),
      {
        where: 'settings',
        name: 'organization',
        label: 'Organisation id',
        hint: 'Only when the key sees several.',
        kind: 'text',
      },
    ],
    leaving: theirs('the API key', 'the organisation’s settings at admin.atlassian.com'),
  },
  jfrog: {
    brings: 'Users with their last login, and storage.',
    fields: [
      {
        where: 'server',
        name: 'base_url',
        label: 'Server',
        kind: 'text',
        required: true,
        placeholder: 'https://acme.jfrog.io',
      },
      token('Access token', 'Of an administrator.'),
    ],
    leaving: theirs('the access token', 'JFrog’s user management'),
  },
  trello: {
    brings: 'Boards, workspaces and their members.',
    fields: [
      { where: 'credentials', name: 'key', label: 'API key', kind: 'secret', required: true },
      token('Token', 'Made for this key.'),
      {
        where: 'settings',
        name: 'organization',
        label: 'Workspace',
        hint: 'Its id; all of the token’s member when empty.',
        kind: 'text',
      },
    ],
    leaving: theirs('key and token', 'Trello’s settings'),
  },
};

/** What a connection reads, a line each. */
export function settingsWords(connection: Connection): string[] {
  const { settings, provider, base_url: server } = connection;
  const words: string[] = [];
  if (settings.organization != null) words.push(`organisation ${settings.organization}`);
  if (settings.enterprise != null) words.push(`enterprise ${settings.enterprise}`);
  if (settings.repositories != null) words.push(some('repository', 'repositories', settings.repositories));
  if (settings.projects != null) words.push(some('project', 'projects', settings.projects));
  else if (provider === 'jira') words.push('all projects');
  if (words.length === 0) words.push('all that the credentials see');
  if (settings.site != null) words.push(`site ${settings.site}`);
  if (server != null) words.push(`at ${server}`);
  const hasHistory = VENDORS[provider].fields.some((field) => field.name === 'history_days');
  if (hasHistory && settings.history_days != null) words.push(`${settings.history_days} days back`);
  return words;
}

function some(one: string, many: string, names: readonly string[]): string {
  const shown = names.slice(0, 3).join(', ');
  const more = names.length > 3 ? ` and ${names.length - 3} more` : '';
  return `${names.length === 1 ? one : many} ${shown}${more}`;
}

export function fieldKey(field: Field): string {
  return `${field.where}.${field.name}`;
}

/** The fields' values in what the API takes. A new body replaces all of a connection but the time of its sync. */
export function bodyOf(
  fields: readonly Field[],
  values: ReadonlyMap<string, string>,
  known: Connection | undefined,
): NewConnection {
  const body: NewConnection = { credentials: {}, settings: {} };
  if (known?.sync_at != null) body.sync_at = known.sync_at;
  for (const field of fields) {
    const text = values.get(fieldKey(field))?.trim() ?? '';
    if (text === '') continue;
    if (field.where === 'credentials') body.credentials[field.name] = text;
    else if (field.where === 'server') body.base_url = text;
    else if (field.name === 'history_days') body.settings.history_days = Number(text);
    else if (field.name === 'repositories' || field.name === 'projects')
      body.settings[field.name] = text.split(/[\s,]+/).filter((part) => part !== '');
    else body.settings[field.name] = text;
  }
  return body;
}

/** What the form begins with: all that is known but secrets. */
export function valuesOf(fields: readonly Field[], known: Connection | undefined): Map<string, string> {
  const values = new Map<string, string>();
  for (const field of fields) {
    const value =
      field.where === 'settings'
        ? known?.settings[field.name]
        : field.where === 'server'
          ? known?.base_url
          : null;
    if (value != null) values.set(fieldKey(field), Array.isArray(value) ? value.join(', ') : String(value));
  }
  return values;
}

/** Why a field's value cannot be sent; null when it can. */
export function fieldProblem(field: Field, text: string): string | null {
  if (text.trim() === '') return field.required === true ? `Enter the ${lowerFirst(field.label)}.` : null;
  if (field.kind === 'days' && !/^\d+$/.test(text.trim())) return 'Enter a number of days, for example 180.';
  return null;
}

/** As within a sentence; an acronym stays what it is. */
function lowerFirst(label: string): string {
  return /^[A-Z][a-z]/.test(label) ? `${label.charAt(0).toLowerCase()}${label.slice(1)}` : label;
}
