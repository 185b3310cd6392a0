import { describe, expect, it } from '@jest/globals';
import { parsePolicy } from '../../../shared/policy/parse-policy';
import { errorOf } from '../../fakes/error-of';

function policyWith(feed: 'hr' | 'tickets', entry: string): string {
  return `version: 1
organizations:
  acme:
    partitionGlobalId: 7c1e9a52-3d64-4f0b-9a68-5b2f3c8d1e47
    identityBaseUrl: https://cloud.example/identity
    credentialSecret: uipath-acme
    groups:
      Developers: { requests: {} }
      Vault Keepers: { privileged: true, requests: { approvers: [maria@acme.example] } }
sources:
  ${feed}:
    main: { secret: webhook, ${entry} }
`;
}

const settingsOf = (feed: 'hr' | 'tickets', entry: string) =>
  parsePolicy(policyWith(feed, entry), 'policy.yaml').sources[0];

describe('a source of the policy', () => {
  it.each([
    ['hr', 'format: standard', ['joiner', 'mover', 'leaver']],
    ['hr', 'may: [joiner]', ['joiner']],
    ['hr', 'format: standard-token', ['joiner']],
    ['hr', 'format: scim', ['joiner']],
    ['hr', 'format: scim, may: [joiner, mover, leaver]', ['joiner', 'mover', 'leaver']],
    ['tickets', 'format: zendesk', ['grant', 'extend', 'revoke']],
    [
      'tickets',
      'may: [grant, create-rule, add-policy-entity]',
      ['grant', 'create-rule', 'add-policy-entity'],
    ],
    ['tickets', 'may: [grant, revoke]', ['grant', 'revoke']],
  ] as const)('of %s with %s may cause %j', (feed, entry, acts) => {
    expect([...(settingsOf(feed, entry)?.may ?? [])]).toEqual(acts);
  });

  it.each([
    ['format: standard', 'record'],
    ['leaving: record', 'record'],
    ['leaving: person', 'person'],
    ['format: scim', 'account'],
  ] as const)('with %s speaks of a %s', (entry, speaksOf) => {
    expect(settingsOf('hr', entry)?.speaksOf).toBe(speaksOf);
  });

  it.each([
    ['tickets', 'leaving: person', 'a ticket says nothing of a leaving'],
    ['hr', 'format: scim, leaving: person', 'it speaks of accounts'],
  ] as const)('of %s cannot have %s', async (feed, entry, problem) => {
    expect(await errorOf(() => settingsOf(feed, entry))).toMatchObject({
      code: 'policy-invalid',
      message: expect.stringContaining(problem),
    });
  });

  it('keeps where fields stand, what events mean and who people are', () => {
    const settings = settingsOf(
      'tickets',
      'format: github, fields: { group: form.team, person: [form.who, form.person] }, events: { "label:ok": grant }, people: { ana: ana@acme.example }, groups: [DEVELOPERS]',
    );
    expect(settings?.mapping).toEqual({
      events: new Map([['label:ok', 'grant']]),
      fields: new Map([
        ['group', ['form.team']],
        ['person', ['form.who', 'form.person']],
      ]),
      people: new Map([['ana', 'ana@acme.example']]),
    });
    expect(settings?.groups).toEqual(new Set(['developers']));
  });

  it.each(['bamboohr', 'hibob', 'finch', 'personio', 'rippling', 'successfactors-soap'])(
    'of %s is refused without a way to ask back, as its deliveries carry ids only',
    async (format) => {
      const error = await errorOf(() => settingsOf('hr', `format: ${format}`));
      expect(error).toMatchObject({ code: 'policy-invalid' });
      expect(error.message).toContain(
        `sources.hr.main: needs fetchBack: deliveries of ${format} carry ids only`,
      );
      const asked = `format: ${format}, fetchBack: { baseUrl: https://vendor.example, secret: s }`;
      expect([...(settingsOf('hr', asked)?.may ?? [])]).toEqual(['joiner', 'mover', 'leaver']);
    },
  );

  it('tells its times in the zone that it names', () => {
    expect(settingsOf('tickets', 'format: zendesk, zone: Asia/Tokyo')?.mapping.zone).toBe('Asia/Tokyo');
    expect(settingsOf('hr', 'format: merge')?.mapping.zone).toBeUndefined();
  });

  it('of ServiceNow places fields only where ServiceNow is asked', async () => {
    const fields = 'format: servicenow, fields: { group: variables.which_group }';
    const error = await errorOf(() => settingsOf('tickets', fields));
    expect(error.message).toContain('has no meaning for the format servicenow');
    const asked = `${fields}, fetchBack: { baseUrl: https://acme.service-now.com, secret: s }`;
    expect(settingsOf('tickets', asked)?.mapping.fields).toEqual(
      new Map([['group', ['variables.which_group']]]),
    );
  });

  it('may be asked back within limits of its own, on the bounds too', () => {
    const limitsWith = (more: string): unknown =>
      settingsOf('hr', `format: hibob, fetchBack: { baseUrl: https://api.hibob.com, secret: s${more} }`)
        ?.fetchBack?.limits;
    expect(limitsWith('')).toEqual({});
    expect(limitsWith(', timeoutSeconds: 60, attempts: 5, callsPerMinute: 6000')).toEqual({
      timeoutMs: 60_000,
      attempts: 5,
      spacingMs: 10,
    });
    expect(limitsWith(', timeoutSeconds: 1, attempts: 1, callsPerMinute: 1')).toEqual({
      timeoutMs: 1_000,
      attempts: 1,
      spacingMs: 60_000,
    });
  });

  it.each([
    ['hr', 'format: github', '"github" is no format of this feed; there are: standard'],
    ['tickets', 'format: constructor', '"constructor" is no format of this feed'],
    ['hr', 'may: [grant]', '"grant" is nothing that this feed can cause'],
    ['tickets', 'may: [leaver]', '"leaver" is nothing that this feed can cause'],
    [
      'tickets',
      'format: github, events: { "label:x": joiner }',
      '"joiner" is nothing that this feed can cause',
    ],
    ['hr', 'fields: { email: mail }', 'has no meaning for the format standard'],
    ['hr', 'events: { hired: joiner }', 'has no meaning for the format standard'],
    ['tickets', 'zone: Asia/Tokyo', 'zone: has no meaning for the format standard'],
    ['tickets', 'format: zendesk, zone: Asia/Atlantis', 'zone: Must be a known IANA time zone'],
    ['tickets', 'format: zendesk, zone: "+09:00"', 'zone: Must be an IANA time zone'],
    ['tickets', 'format: jira', 'must say where "group" stands'],
    ['hr', 'groups: [Developers]', 'is for tickets'],
    ['tickets', 'groups: [Nobody]', 'group "Nobody" is in none of its organizations'],
    [
      'tickets',
      'format: github, fetchBack: { baseUrl: https://api.github.com, secret: s }',
      'is nothing that github has',
    ],
    ...(
      [
        ['timeoutSeconds', 0.9],
        ['timeoutSeconds', 61],
        ['attempts', 0],
        ['attempts', 1.5],
        ['attempts', 6],
        ['callsPerMinute', 0],
        ['callsPerMinute', 6_001],
        ['retries', 1],
      ] as const
    ).map(
      ([key, value]) =>
        [
          'hr',
          `format: hibob, fetchBack: { baseUrl: https://api.hibob.com, secret: s, ${key}: ${value} }`,
          'sources.hr.main.fetchBack',
        ] as const,
    ),
    ['tickets', 'format: zendesk, fields: { constructor: x }', 'must have another name'],
    ['tickets', 'format: zendesk, people: { ana: nobody }', 'sources.tickets.main.people.ana'],
    ['tickets', 'format: zendesk, feilds: { group: x }', 'sources.tickets.main'],
  ] as const)('of %s with %s is refused', async (feed, entry, problem) => {
    const error = await errorOf(() => settingsOf(feed, entry));
    expect(error).toMatchObject({ code: 'policy-invalid' });
    expect(error.message).toContain(problem);
  });
});
