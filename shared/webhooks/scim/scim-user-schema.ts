import { z } from 'zod';
import { text } from '../contract/field-schemas';

/** Most attributes of all extensions of one user. */
export const MOST_EXTENSION_ATTRIBUTES = 100;

const Entry = { type: text(100).optional(), primary: z.boolean().optional() };

/** A user as it is kept: the attributes of `USER_ATTRIBUTES`, and those of extensions by their short names. */
export const ScimUserSchema = z.object({
  userName: text(256),
  active: z.boolean().default(true),
  externalId: text(256).optional(),
  displayName: text(256).optional(),
  name: z
    .object({
      formatted: text(256).optional(),
      familyName: text(256).optional(),
      givenName: text(256).optional(),
    })
    .optional(),
  title: text(256).optional(),
  userType: text(256).optional(),
  preferredLanguage: text(64).optional(),
  locale: text(64).optional(),
  timezone: text(64).optional(),
  emails: z
    .array(z.object({ value: text(254), ...Entry }))
    .max(20)
    .optional(),
  addresses: z
    .array(
      z.object({
        ...Entry,
        locality: text(256).optional(),
        region: text(256).optional(),
        country: text(256).optional(),
      }),
    )
    .max(10)
    .optional(),
  extension: z
    .record(z.string().max(64), z.record(z.string().max(64), text(512)))
    .refine((extensions) => sizeOf(extensions) <= MOST_EXTENSION_ATTRIBUTES, 'Has too many attributes')
    .optional(),
});

export type ScimUser = z.infer<typeof ScimUserSchema>;

function sizeOf(extensions: Readonly<Record<string, object>>): number {
  return Object.values(extensions).reduce((sum, attributes) => sum + Object.keys(attributes).length, 0);
}
