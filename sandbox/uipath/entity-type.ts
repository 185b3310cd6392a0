import { z } from 'zod';
import type { EntityType } from './wire';

const BY_WORD: Readonly<Record<string, EntityType>> = {
  user: 'user',
  group: 'group',
  application: 'application',
  '0': 'user',
  '1': 'group',
  '2': 'application',
};

/** `entityType` in requests: any case, or its number; "robot" and "DirectoryUser" are none. */
export const entityType = z.union([z.string(), z.number()]).transform((value, context): EntityType => {
  const type = BY_WORD[String(value).toLowerCase()];
  if (type !== undefined) return type;
  context.addIssue({
    code: 'custom',
    message: `Error converting value ${JSON.stringify(value)} to type 'DirectoryEntityType'. Path 'entityType'.`,
  });
  return z.NEVER;
});
