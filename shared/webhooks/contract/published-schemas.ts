import { toJsonSchema } from '../../to-json-schema';
import { AccessRequestBodySchema } from './access-request-body';
import { accessRequestExamples, workerEventExamples } from './example-bodies';
import { WorkerEventBodySchema } from './worker-event-body';

/** The contract as JSON Schema for those who write senders; the files under docs/schemas are made from it. */
export const publishedSchemas = [
  {
    file: 'worker-event.v1.schema.json',
    schema: toJsonSchema(WorkerEventBodySchema, {
      title: 'Worker event, version 1',
      description:
        'What an HR system sends when somebody starts, changes or leaves. Members not named here are ignored.',
      examples: workerEventExamples,
    }),
  },
  {
    file: 'access-request.v1.schema.json',
    schema: toJsonSchema(AccessRequestBodySchema, {
      title: 'Access request, version 1',
      description:
        'What a ticket system sends when a request for access was approved. Members not named here are ignored.',
      examples: accessRequestExamples,
    }),
  },
] as const;
