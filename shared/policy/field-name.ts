import { z } from 'zod';

/** Our name of a field of a sender's record. */
export const FieldName = z
  .string()
  .regex(/^\p{L}[\p{L}\p{N} _-]{0,63}$/u, 'is not a name of letters, digits, blanks, _ and -')
  .refine((name) => !(name in {}), 'must have another name');
