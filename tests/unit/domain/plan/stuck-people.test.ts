import { expect, it } from '@jest/globals';
import { stuckAmong } from '../../../../shared/domain/plan/stuck-people';

const mark = (key: string, cause: string, isFailing: boolean) => ({ subject: { key }, cause, isFailing });

it('people who fail for long count for no guard, unless more of one cause fail than its guard lets pass', () => {
  const marks = [
    mark('a', 'hr', true),
    mark('b', 'hr', true),
    mark('c', 'hr', false),
    mark('d', 'agency', true),
  ];
  const isFailing = (one: (typeof marks)[number]) => one.isFailing;
  expect([...stuckAmong(marks, isFailing, { floor: 2 })]).toEqual(['a', 'b', 'd']);
  expect([...stuckAmong(marks, isFailing, { floor: 1 })]).toEqual(['d']);
});
