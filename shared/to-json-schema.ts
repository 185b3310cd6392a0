import { z } from 'zod';

/** A schema as JSON Schema for those who write what it checks. */
export function toJsonSchema(
  schema: z.ZodType,
  about: Readonly<{ title: string; description: string; examples: readonly unknown[] }>,
) {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input', target: 'draft-2020-12' });
  return { $schema, ...about, ...rest };
}
