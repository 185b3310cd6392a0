/** How bad what a check finds is, the worst first. */
export const SEVERITIES = ['critical', 'high', 'medium', 'low'] as const;

export type Severity = (typeof SEVERITIES)[number];

/** What a check looks for, how bad that is and what to do about it. `link` leads to its explanation, in the page of a report and in the console. */
export type CheckEntry = Readonly<{
  title: string;
  severity: Severity;
  why: string;
  mend: string;
  link: string;
}>;

/** Where a page explains a check. */
export function anchorOf(check: string): string {
  return `#check-${check.replaceAll(/[^a-z0-9-]/g, '-')}`;
}

/** The entry of a check, with the link to its explanation. */
export function createCheckEntry(
  id: string,
  severity: Severity,
  words: Pick<CheckEntry, 'title' | 'why' | 'mend'>,
): CheckEntry {
  return { ...words, severity, link: anchorOf(id) };
}
