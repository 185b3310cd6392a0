import type { AuditReport } from '../domain/audit/report';
import type { PolicyChange, PolicyOrigin, RecordedPolicyChange } from '../domain/policy-version';
import { markup, name, time, type Markup } from '../html/markup';

const SHOWN_OF_HASH = 12;
const MOST_IN_TEXT = 10;

/** From which version to which, and what that changes of the organization. `say` writes what comes from the file. */
export function policyChangeText(change: RecordedPolicyChange, say: (text: string) => string): string {
  const changes = changesOf(change, say);
  return changes.length === 0 ? versionsOf(change) : `${versionsOf(change)}: ${changes.join('; ')}`;
}

function versionsOf({ from, to }: RecordedPolicyChange): string {
  return from === undefined ? `${short(to)}, the first on record` : `from ${short(from)} to ${short(to)}`;
}

function changesOf(
  { from, changed, more = 0 }: RecordedPolicyChange,
  say: (text: string) => string,
): readonly string[] {
  if (changed === undefined) return from === undefined ? [] : ['the version before cannot be read any more'];
  if (changed.length === 0) return ['nothing of this organization'];
  const rest = Math.max(0, changed.length - MOST_IN_TEXT) + more;
  const told = changed.slice(0, MOST_IN_TEXT).map((change) => oneChange(change, say));
  return [...told, ...(rest > 0 ? [`${rest} more`] : [])];
}

function oneChange(
  { section, name: named, change, keys = [] }: PolicyChange,
  say: (text: string) => string,
): string {
  const what = named === undefined ? section : `${section} ${say(named)}`;
  return `${what} ${change}${keys.length === 0 ? '' : ` (${keys.map(say).join(', ')})`}`;
}

/** The latest versions of the policy that came into force, the newest first. */
export function renderPolicyVersions({
  policyChanges = [],
}: Pick<AuditReport, 'policyChanges'>): Markup | undefined {
  if (policyChanges.length === 0) return undefined;
  return markup`<h2>Versions of the policy</h2>
    ${renderPolicyChanges(policyChanges.toReversed())}`;
}

export function renderPolicyChanges(changes: readonly RecordedPolicyChange[]): Markup {
  return markup`<ul class="list">
    ${changes.map(
      (change) =>
        markup`<li>
          ${time(change.atMs)}: ${versionsOf(change)}${changesOf(change, (text) => text).map((text) => markup`; ${name(text)}`)}
          <span class="soft">${name(originText(change.origin))}</span>
        </li>`,
    )}
  </ul>`;
}

function originText({ kind, name: where, modifiedMs, said = {} }: PolicyOrigin): string {
  const words = Object.entries(said).map(([key, value]) => `${key} ${value}, unproven`);
  const modified = modifiedMs === undefined ? [] : [`of ${new Date(modifiedMs).toISOString()}`];
  return [`${kind} ${where}`, ...modified, ...words].join(', ');
}

function short(hash: string): string {
  return hash.slice(0, SHOWN_OF_HASH);
}
