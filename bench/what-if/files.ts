const COUNTRIES = ['RO', 'DE', 'FR', 'US', 'JP'];
const TITLES = ['Developer', 'Analyst', 'Clerk', 'Lead'];
const GROUPS = 60;
const DEPARTMENTS = 50;

/** Which department of a line is another one in the edited policy: these lines change people. */
const isEdited = (line: number): boolean => line % 20 === 0;

/** A policy of 60 groups, which 200 lines give by department, title and country, and the same with every twentieth line edited. */
export function policyFile(version: 'before' | 'after'): string {
  const groups = Array.from(
    { length: GROUPS },
    (_, group) => `      Group ${group}: { mode: ${group % 7 === 3 ? 'observe' : 'additive'} }`,
  );
  const lines = Array.from({ length: DEPARTMENTS * TITLES.length }, (_, line) => {
    const department = (line % DEPARTMENTS) + (version === 'after' && isEdited(line) ? 1 : 0);
    const title = TITLES[Math.floor(line / DEPARTMENTS)] ?? '';
    return `      - { name: line-${line}, when: { department: Department ${department % DEPARTMENTS}, title: ${title}, country: [${COUNTRIES.slice(0, 3).join(', ')}] }, groups: [Group ${line % GROUPS}, Group ${(line * 7) % GROUPS}] }`;
  });
  return `version: 1
organizations:
  bench:
    partitionGlobalId: 3f0c9a52-6d7e-4c1b-9e55-0b8f4a7d2c61
    identityBaseUrl: https://cloud.uipath.com/bench/identity_
    credentialSecret: uipath-bench
    groups:
${groups.join('\n')}
    birthright:
${lines.join('\n')}
    separationOfDuties:
      - [Group 1, Group 2]
sources:
  hr:
    main: { format: standard, secret: hr-main }
`;
}

/** An export of HR; every thousandth line cannot be used. */
export function hrFile(people: number): string {
  const rows = Array.from({ length: people }, (_, index) =>
    index % 1_000 === 999
      ? `colleague.${index},too few`
      : `colleague.${index}@bench.example,"Colleague, ${index}",Department ${index % DEPARTMENTS},${TITLES[Math.floor(index / DEPARTMENTS) % TITLES.length] ?? ''},${COUNTRIES[Math.floor(index / 200) % COUNTRIES.length] ?? ''}`,
  );
  return `email,name,department,title,country\r\n${rows.join('\r\n')}\r\n`;
}

const accountIdOf = (index: number): string => `bbbbbbbb-0000-4000-8000-${String(index).padStart(12, '0')}`;

/** What the app exports of such an organization: everybody has an account, and every second one is in ten groups where the app put them. */
export function snapshotFile(people: number): string {
  const groups = Array.from({ length: GROUPS }, (_, group) => ({
    id: `aaaaaaaa-0000-4000-8000-${String(group).padStart(12, '0')}`,
    name: `Group ${group}`,
    isBuiltIn: false,
    members: [] as number[],
  }));
  const known = Array.from({ length: people }, (_, index) => {
    const email = `colleague.${index}@bench.example`;
    const within =
      index % 2 === 0 ? Array.from({ length: 10 }, (_one, step) => (index + step * 7) % GROUPS) : [];
    for (const group of within) groups[group]?.members.push(index);
    return {
      addresses: [email],
      accountId: accountIdOf(index),
      employment: 'active',
      memberships: within.map((group) => ({ groupId: groups[group]?.id ?? '', origin: 'applied' })),
      grants: [],
    };
  });
  return JSON.stringify({
    snapshot: 1,
    organization: 'bench',
    night: '202612010200',
    takenAtMs: 0,
    atMs: 0,
    policyHash: '',
    accounts: known.map(({ addresses: [name = ''], accountId }) => ({ id: accountId, kind: 'user', name })),
    groups,
    people: known,
    unreadablePeople: 0,
  });
}
