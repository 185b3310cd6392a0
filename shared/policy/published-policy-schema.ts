import { PolicyFileSchema } from './policy-schema';
import { toJsonSchema } from '../to-json-schema';

/** The policy file as JSON Schema for editors; the file under docs/schemas is made from it. */
export const publishedPolicySchema = {
  file: 'policy.v1.schema.json',
  schema: toJsonSchema(PolicyFileSchema, {
    title: 'Access policy, version 1',
    description:
      'Who belongs in which group of which organization, who may ask for more, and what an audit compares with.',
    examples: [
      {
        version: 1,
        organizations: {
          production: {
            partitionGlobalId: '0f6b7c1e-1d0a-4a55-8f0e-6a1f2d9c3b47',
            identityBaseUrl: 'https://cloud.uipath.com/acme/identity_',
            credentialSecret: 'uipath-production',
            groups: { Developers: { mode: 'additive' } },
            birthright: [{ name: 'developers', when: { department: 'IT' }, groups: ['Developers'] }],
          },
        },
        sources: { hr: { main: { secret: 'hr-webhook' } } },
      },
    ],
  }),
} as const;
