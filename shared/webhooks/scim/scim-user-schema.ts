import { z } from 'zod';
import { shownText } from '../contract/field-schemas';

/** Most attributes of all extensions of one user. */
export const MOST_EXTENSION_ATTRIBUTES = 100;

const Entry = { type: shownText(100).optional(), primary: z.boolean().optional() };

/** A user as it is kept: the attributes of `USER_ATTRIBUTES`, and those of extensions by their short names. */
export const ScimUserSchema = z.object({
  userName: shownText(256),
  active: z.boolean().default(true),
  externalId: shownText(256).optional(),
  displayName: shownText(256).optional(),
  name: z
    .object({
      formatted: shownText(256).optional(),
      familyName: shownText(256).optional(),
      givenName: shownText(256).optional(),
    })
    .optional(),
  title: shownText(256).optional(),
  userType: shownText(256).optional(),
  preferredLanguage: shownText(64).optional(),
  locale: shownText(64).optional(),
  timezone: shownText(64).optional(),
  emails: z
    .array(z.object({ value: shownText(254), ...Entry }))
    .max(20)
    .optional(),
  addresses: z
    .array(
      z.object({
        ...Entry,
        locality: shownText(256).optional(),
        region: shownText(256).optional(),
        country: shownText(256).optional(),
      }),
    )
    .max(10)
    .optional(),
  extension: z
    .record(z.string().max(64), z.record(z.string().max(64), shownText(512)))
    .refine((extensions) => sizeOf(extensions) <= MOST_EXTENSION_ATTRIBUTES, 'Has too many attributes')
    .optional(),
});

export type ScimUser = z.infer<typeof ScimUserSchema>;

function sizeOf(extensions: Readonly<Record<string, object>>): number {
  return Object.values(extensions).reduce((sum, attributes) => sum + Object.keys(attributes).length, 0);
}
