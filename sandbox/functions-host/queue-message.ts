import type { DequeuedMessageItem } from '@azure/storage-queue';
import type { TypedData } from './core-api';

/** The text that a sender put into a message; `undefined` when it does not follow the encoding. */
export function decodeText(text: string, encoding: 'none' | 'base64'): string | undefined {
  if (encoding === 'none') return text;
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes.toString('utf8') : undefined;
}

/** What Azure tells a function about its message, apart from the text. */
export function toTriggerMetadata(message: DequeuedMessageItem, text: string): Record<string, TypedData> {
  return {
    QueueTrigger: { string: text },
    Id: json(message.messageId),
    PopReceipt: json(message.popReceipt),
    DequeueCount: { int: message.dequeueCount },
    InsertionTime: json(message.insertedOn),
    ExpirationTime: json(message.expiresOn),
    NextVisibleTime: json(message.nextVisibleOn),
  };
}

/** As JSON, since the library would read a plain string of digits as a number. */
function json(value: string | Date): TypedData {
  return { json: JSON.stringify(value) };
}
