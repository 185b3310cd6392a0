/** Where the console is; `api` is the prefix of host.json. */
export const CONSOLE_PATH = '/api/console';

/** The pages of an organization, by their word in the address, with their headings. */
export const PAGES = {
  today: 'Today',
  findings: 'Findings',
  nights: 'Nights',
  plans: 'Holds',
  'proposed-plans': 'Plans',
  groups: 'Groups',
  people: 'People',
  days: 'Days',
  requests: 'Requests',
  'dead-letters': 'Dead letters',
  sources: 'Sources',
} as const satisfies Record<string, string>;

export type PageName = keyof typeof PAGES;

export function isPage(text: string): text is PageName {
  return Object.hasOwn(PAGES, text);
}
