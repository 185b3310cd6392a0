import { expect, it } from '@jest/globals';
import { errorCodeOf } from '../../../shared/errors';
import { createSenderWorld } from '../../fixtures/webhooks/sender-world';
import { NOW_MS, postingOf, textOf, vendorSenders } from '../../fixtures/webhooks/vendor-senders';

const ownAddress = '"self":"https://acme.atlassian.net/rest/api/2/11042"';

it.each<readonly [string, string, string, string, string]>([
  ['jira', 'an address without a host', ownAddress, '"self":"mailto:a@b.example"', 'accepted'],
  ['jira', 'an address that is none', ownAddress, '"self":"data:,x"', 'accepted'],
  ['jira', 'a time no calendar has', `"timestamp":${NOW_MS}`, '"timestamp":9007199254740991', 'body-invalid'],
  ['bamboohr', 'half a character', '"employeeId":"67890"', String.raw`"employeeId":"\ud800"`, 'body-invalid'],
  ['hibob', 'half a character', '"employeeId":"67890"', String.raw`"employeeId":"\ud800"`, 'body-invalid'],
  ['personio', 'half a character', '"person_id":"67890"', String.raw`"person_id":"\ud800"`, 'body-invalid'],
  ['merge', 'half a character', '"id":"0958cbc6', String.raw`"id":"\ud8000958cbc6`, 'body-invalid'],
])('%s with %s has its result', async (format, _what, sent, odd, result) => {
  const sender = vendorSenders.find((one) => one.format === format);
  if (sender === undefined) throw new Error(`There is no sender ${format}`);
  expect(textOf(sender)).toContain(sent);
  const world = createSenderWorld(sender);
  const posting = postingOf(sender, { body: textOf(sender).replace(sent, odd) });
  const told = await world.accept(posting).then(() => 'accepted', errorCodeOf);
  expect(told).toBe(result);
});
