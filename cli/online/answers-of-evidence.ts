import { z } from 'zod';

/** What the app answers about evidence, as this version of the command line understands it. */
export const VerifiedSchema = z.object({
  organization: z.string().optional(),
  person: z.string().optional(),
  atMs: z.number(),
  isWhole: z.boolean(),
  looked: z.object({ entries: z.number().optional(), subjects: z.number(), records: z.number() }),
  faults: z.number(),
  told: z.array(
    z.object({
      subject: z.string(),
      about: z.string(),
      kind: z.string(),
      at: z.number(),
      means: z.string(),
      toDo: z.string(),
    }),
  ),
});
export type Verified = Readonly<z.infer<typeof VerifiedSchema>>;

export const ExportPageSchema = z.object({ lines: z.array(z.string()), next: z.string().nullable() });
