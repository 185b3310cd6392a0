import { stringify } from 'yaml';
import { guidOf } from '../uipath/ids';
import { seedOrganization, type OrganizationSeed } from '../uipath/seed';

/** `few`, `many` and `unasked`: of administrators, of whom the last says nothing. In `calm` everything only looks as if it were wrong. */
export type Variant = 'few' | 'many' | 'unasked' | 'calm';

/** Seven organizations, so that each check is planted at least twice. */
export const PLANTED: Readonly<Record<string, Variant>> = {
  north: 'few',
  south: 'many',
  east: 'few',
  west: 'many',
  plain: 'unasked',
  bare: 'unasked',
  calm: 'calm',
};

export const CLIENT_ID = guidOf('planted-client');
export const CLIENT_SECRET = 'not-a-secret';
/** Read as unknown in the organizations with faults: UiPath refuses its members. */
export const LOCKED_GROUP_ID = guidOf('planted-locked-group');

const NEEDED = ['PM.Group', 'PM.Directory', 'PM.AuthSetting', 'PM.User.Read', 'PM.Audit.Read'] as const;
const READS = ['PM.OAuthApp.Read', 'PM.RobotAccount.Read'] as const;
const STRANGERS = ['stranger', 'stranger2', 'intruder', 'guest'] as const;
const PEOPLE =
  'granted born keeper joiner lost soon ended ended2 overlap leaver leaver2 gone leaving back rehired both pair admin1 sleeper sleeper2 awake late future moving moved departed renewed unplaced renamed'.split(
    ' ',
  );
const GLASS = ['glass1', 'glass2', 'glass3'] as const;

/** The address of somebody in one of the organizations. */
export function addressOf(alias: string, name: string): string {
  const isOfPartner = name === 'contractor' || name === 'visitor';
  return isOfPartner ? `${name}@partner-of-${alias}.example` : `${name}@${alias}.example`;
}

/** UiPath as somebody left it, before ledger and policy are asked. */
export function plantedSeed(alias: string, variant: Variant): OrganizationSeed {
  const at = (...names: readonly string[]): string[] => names.map((name) => addressOf(alias, name));
  const isCalm = variant === 'calm';
  const wrong = (...names: readonly string[]): string[] => (isCalm ? [] : at(...names));
  return seedOrganization({
    name: alias,
    saml: true,
    clients: [
      {
        clientId: CLIENT_ID,
        clientSecret: CLIENT_SECRET,
        name: 'access-functions',
        administrator: true,
        scopes: [...NEEDED, ...READS, ...(isCalm ? [] : ['PM.Setting'])],
      },
    ],
    users: [
      ...at(...PEOPLE, ...STRANGERS, 'contractor'),
      ...GLASS.map((name) => ({ email: addressOf(alias, name), seen: false })),
      // UiPath's list of users leaves these out.
      ...at('admin2', 'visitor').map((email) => ({ email, source: 'aad' })),
    ],
    robots: [{ name: 'agreed-robot' }, { name: 'other-robot' }],
    groups: {
      Administrators: [
        ...at('admin1', 'glass1', 'glass3'),
        ...(isCalm ? at('admin2', 'glass2') : at('intruder')),
      ],
      Developers: [
        ...at(
          'granted',
          'born',
          'keeper',
          'joiner',
          'overlap',
          'leaving',
          'both',
          'contractor',
          'awake',
          'rehired',
          'moving',
          'renewed',
        ),
        ...wrong('stranger', 'ended', 'leaver', 'back', 'sleeper', 'moved'),
        'agreed-robot',
      ],
      Finance: [...at('pair', 'granted'), ...wrong('stranger2', 'ended2', 'leaver2', 'sleeper2')],
      Payroll: [...wrong('both', 'contractor', 'visitor'), ...(isCalm ? [] : ['other-robot'])],
      Locked: { id: isCalm ? guidOf('calm-locked') : LOCKED_GROUP_ID, members: [] },
      ...(isCalm ? {} : { 'Shadow IT': [], Treasury: at('gone') }),
      'All Staff': [],
    },
    accessPolicy: [
      'Administrators',
      'Citizen Developers',
      ...(isCalm ? [] : ['Everyone', 'All Staff', ...at('guest')]),
      ...at('admin1'),
    ],
  });
}

const strict = { count: 25, percent: 25, floor: 5 };
const off = { count: 1_000_000, percent: 100, floor: 1_000_000 };

/** Where nothing is wrong there is such a container, and elsewhere there is none. */
export function checkpointsOf(alias: string, variant: Variant): string {
  return `https://planted.blob.core.windows.net/${variant === 'calm' ? 'kept' : `missing-${alias}`}`;
}

/** The policy that the organizations are audited with. `idOf` tells directory ids. */
export function plantedPolicy(
  identityBaseUrl: (alias: string) => string,
  idOf: (alias: string, name: string) => string,
): string {
  const organizations = Object.fromEntries(
    Object.entries(PLANTED).map(([alias, variant]) => {
      const isCalm = variant === 'calm';
      const at = (name: string): string => addressOf(alias, name);
      const people = { fewest: variant === 'few' ? 5 : 1, most: variant === 'many' ? 3 : 6 };
      return [
        alias,
        {
          partitionGlobalId: guidOf(alias),
          identityBaseUrl: identityBaseUrl(alias),
          credentialSecret: `planted-uipath-${alias}`,
          guards: { run: isCalm ? strict : off },
          evidence: { checkpoints: checkpointsOf(alias, variant) },
          groups: {
            DEVELOPERS: { protectedMembers: [at('keeper')], guards: { group: strict } },
            Finance: {
              guards: isCalm ? {} : { day: off },
              requests: { approvers: [at('admin1'), at('rehired'), ...(isCalm ? [] : [at('leaver')])] },
            },
            Payroll: { privileged: true },
            Locked: {},
            'All Staff': { mode: 'observe' },
            ...(isCalm ? {} : { 'Ghost Group': {} }),
          },
          birthright: [
            { name: 'by-department', when: { department: 'IT' }, groups: ['Developers'] },
            ...(isCalm ? [] : [{ name: 'by-town', when: { town: 'Cluj' }, groups: ['Finance'] }]),
          ],
          separationOfDuties: [['Developers', 'Payroll']],
          rules: {
            requests: { approvers: [at('admin1'), ...(isCalm ? [] : [at('leaver2').toUpperCase()])] },
            baseline: [
              { name: 'Agreed', owner: at('admin1') },
              { name: 'Tmp agreed', owner: at('admin1') },
              { name: 'Tmp switched off', owner: at('admin1') },
              { name: 'Ownerless' },
              { name: 'Old agreement', owner: at('admin1'), until: '2026-01-31' },
            ],
          },
          accessPolicy: {
            baseline: [
              { entityType: 'group', name: 'Administrators' },
              { entityType: 'group', name: 'citizen developers' },
              { entityType: 'user', name: at('admin1').toUpperCase() },
              ...(isCalm
                ? []
                : [
                    { entityType: 'group', name: 'Everyone' },
                    { entityType: 'group', name: 'All Staff' },
                    { entityType: 'group', name: 'Automation Users' },
                  ]),
            ],
          },
          notify: [
            { name: 'x', url: 'https://x.example', secret: isCalm ? 'planted-calm' : 'planted-notify' },
          ],
          protectedPrincipals: [idOf(alias, CLIENT_ID), idOf(alias, 'agreed-robot')],
          audit: {
            broadGroups: ['All Staff'],
            domains: [`${alias}.example`],
            ...(variant === 'unasked'
              ? {}
              : {
                  administrators: {
                    ...people,
                    people: [at('admin1'), at('admin2')],
                    breakGlass: GLASS.map(at),
                  },
                }),
            reads: ['applications', 'robots'],
            checks: {
              'temporary-rule': {
                each: 'rule',
                when: 'enabled && name.startsWith("Tmp")',
                title: 'Temporary rule is on',
                why: 'It was for the migration only.',
                mend: 'Switch it off.',
              },
            },
          },
        },
      ];
    }),
  );
  const silent = Object.keys(PLANTED).filter((alias) => alias !== 'calm');
  return stringify(
    {
      version: 1,
      organizations,
      sources: {
        hr: {
          fresh: { secret: 'planted-hr', heartbeatHours: 24 },
          quiet: { secret: 'planted-quiet' },
          late: { secret: 'planted-slow', heartbeatHours: 24, organizations: silent },
          never: { secret: 'planted-late', heartbeatHours: 24, organizations: silent },
          stuck: { secret: 'planted-stuck', organizations: silent },
        },
      },
    },
    { aliasDuplicateObjects: false },
  );
}
