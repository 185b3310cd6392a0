import { z } from 'zod';
import { text } from './contract/fields';

/** Senders write the id of a worker as text or as a number. It becomes a part of an address, which half a character cannot. */
export const WorkerIdSchema = z.union([z.string(), z.number()]).transform(String).pipe(text(64));
