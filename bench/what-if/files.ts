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
