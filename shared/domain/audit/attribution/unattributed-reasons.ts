/** Reasons why a finding has no known actor, each a stable word with its text. */
const REASONS = {
  'no-event-found':
    'no event of the audit log fits. The log may lag by up to two days, so it is looked at again for three',
  'before-audit-log':
    'no event of the part of the audit log that was searched fits, and the cause may be older than that',
  ambiguous: 'several people did something that fits equally well',
  'own-change': 'the last event that fits is a change of this application itself',
  'actor-not-named': 'the event that fits does not say who did it',
  'audit-log-too-long':
    'the audit log holds more events than are read in a night, and no event that was read tells it for certain',
  'audit-log-scope-missing':
    'the application may not read the audit log: it needs the scope PM.Audit.Read, and the right to use it',
  'audit-log-unavailable': 'the audit log could not be read',
} as const satisfies Readonly<Record<string, string>>;

export type Unattributed = keyof typeof REASONS;

/** The reason in words; one that an older version stored is its own word. */
export function describeUnattributed(why: string): string {
  return isKnown(why) ? REASONS[why] : why;
}

function isKnown(why: string): why is Unattributed {
  return Object.hasOwn(REASONS, why);
}
