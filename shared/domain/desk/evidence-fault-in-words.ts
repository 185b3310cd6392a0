/** A fault of the evidence as a person reads it. `about`: who or what, by name where it is known. */
export type EvidenceFaultShown = Readonly<{
  subject: string;
  about: string;
  kind: string;
  /** Number of the record, or of the entry of the log. */
  at: number;
  means: string;
  toDo: string;
}>;

type Words = readonly [means: string, toDo: string];

const OF_LOG: Readonly<Record<string, Words>> = {
  head: [
    'the row that says where the log ends was edited, removed or put back',
    'the next change or night rebuilds it where all else fits; is a former key missing in evidence-key?',
  ],
  entries: [
    'entries were edited, removed, added or reordered: from there on they cannot be relied on',
    'put the rows or the tile of entries back from a backup; until then nothing is signed',
  ],
  tiles: [
    'the log is sound, but a published tile was edited or removed, so that others cannot verify it',
    'put the blob back from its versions or a backup',
  ],
  checkpoint: [
    'the published checkpoint is gone, was not signed with the key, or is of another log',
    'compare it with the last report that told it; where they are equal write it back, else the log was put back',
  ],
  anchor: [
    'the log is not the one that the kept checkpoint tells of: it was put back or made anew',
    'somebody with access to the account did this: keep the account as it is, and look for what is missing',
  ],
};

const OF_SUBJECT: Readonly<Record<string, Words>> = {
  edited: [
    'a record is not as it was written',
    'put the row back from a backup; the log tells its kind and time',
  ],
  missing: ['a record was removed', 'put the row back from a backup; the log tells its kind and time'],
  forged: [
    'there is a record that this application never wrote',
    'remove the row, and find who can write to the account',
  ],
  'put-back': [
    'state or records are as they were before something that the log knows',
    'put state and records back from a backup of after that; nothing is changed for them until then',
  ],
  'state-edited': ['what is known of them was edited', 'put the row "state" back from a backup'],
  'state-missing': ['what is known of them was removed', 'put the row "state" back from a backup'],
  place: [
    'the records are sound, but what says how far the log has them was edited or removed',
    'put the row back from a backup',
  ],
};

const OF_POLICY: Words = [
  'the archive does not have the version of the policy that was in force',
  'put the file with that hash back into policy-archive, from a backup or from where it is kept',
];

/** Puts a fault into words. `names`: addresses of people by their keys. */
export function evidenceFaultInWords(
  { subject, kind, at }: Readonly<{ subject: string; kind: string; at: number }>,
  names: ReadonlyMap<string, string>,
): EvidenceFaultShown {
  const colon = subject.indexOf(':');
  const [type, key] = colon < 0 ? [subject, ''] : [subject.slice(0, colon), subject.slice(colon + 1)];
  const words = type === 'log' ? OF_LOG[kind] : type === 'policy' ? OF_POLICY : OF_SUBJECT[kind];
  const [means, toDo] = words ?? [kind.replaceAll('-', ' '), 'see docs/evidence-format.md'];
  return { subject, about: aboutOf(type, key, names), kind, at, means, toDo };
}

function aboutOf(type: string, key: string, names: ReadonlyMap<string, string>): string {
  switch (type) {
    case 'log':
      return 'the log';
    case 'organization':
      return 'the organization';
    case 'person':
      return names.get(key) ?? `person ${key}`;
    case 'policy':
      return `policy ${key.slice(0, 12)}`;
    case 'unknown':
      return `somebody whom only the log knows (${key})`;
    default:
      return `${type} ${key}`;
  }
}
