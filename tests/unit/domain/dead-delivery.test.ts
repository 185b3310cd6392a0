import { describe, expect, it } from '@jest/globals';
import { addEvent, lastFailureOf, type DeliveryEvent } from '../../../shared/domain/dead-delivery';

const failed = (code: string, atMs: number): DeliveryEvent => ({ kind: 'failed', atMs, code, tries: 5 });
const retried: DeliveryEvent = { kind: 'retried', atMs: 2, by: 'olga' };

describe('the history of a dead delivery', () => {
  it('tells the last failure, and the tries of all', () => {
    const history = [failed('source-unknown', 1), retried, failed('body-invalid', 3)];
    expect(lastFailureOf({ history })).toEqual({ code: 'body-invalid', atMs: 3, tries: 10 });
  });

  it('without a failure tells that nobody foresaw it', () => {
    expect(lastFailureOf({ history: [] })).toEqual({ code: 'internal', atMs: 0, tries: 0 });
  });

  it('keeps its last fifty events', () => {
    const fifty = Array.from({ length: 50 }, (_, index) => failed('internal', index));
    expect(addEvent(fifty.slice(1), retried)).toHaveLength(50);
    expect(addEvent(fifty, retried)).toEqual([...fifty.slice(1), retried]);
  });
});
