import type { Feed } from '../domain/policy';
import type { WebhookFormat } from './webhook-format';
import { bamboohrFieldsSource, bamboohrSource } from './sources/bamboohr';
import {
  cloudEventsHrSource,
  cloudEventsTicketSource,
  signedCloudEventsHrSource,
  signedCloudEventsTicketSource,
} from './sources/cloudevents';
import { entraLifecycleWorkflowsSource } from './sources/entra-lifecycle-workflows';
import { finchSource } from './sources/finch';
import { freshserviceSource } from './sources/freshservice';
import { githubSource } from './sources/github';
import { hibobSource } from './sources/hibob';
import { jiraAutomationSource } from './sources/jira-automation';
import { jiraSource } from './sources/jira';
import { mergeSource } from './sources/merge';
import { personioSource } from './sources/personio';
import { powerAutomateSource } from './sources/power-automate';
import { ripplingSource } from './sources/rippling';
import { scimSource } from './sources/scim';
import { serviceNowSource } from './sources/servicenow';
import { serviceNowFlowSource } from './sources/servicenow-flow';
import {
  standardHrSource,
  standardTicketSource,
  tokenHrSource,
  tokenTicketSource,
} from './sources/own-contract';
import { successFactorsSource } from './sources/successfactors';
import { successFactorsSoapSource } from './sources/successfactors-soap';
import { zendeskSource } from './sources/zendesk';

const sources: Readonly<Record<Feed, readonly WebhookFormat[]>> = {
  hr: [
    standardHrSource,
    tokenHrSource,
    cloudEventsHrSource,
    signedCloudEventsHrSource,
    bamboohrSource,
    bamboohrFieldsSource,
    entraLifecycleWorkflowsSource,
    finchSource,
    hibobSource,
    mergeSource,
    personioSource,
    ripplingSource,
    scimSource,
    successFactorsSource,
    successFactorsSoapSource,
  ],
  ticket: [
    standardTicketSource,
    tokenTicketSource,
    cloudEventsTicketSource,
    signedCloudEventsTicketSource,
    freshserviceSource,
    githubSource,
    jiraAutomationSource,
    jiraSource,
    powerAutomateSource,
    serviceNowSource,
    serviceNowFlowSource,
    zendeskSource,
  ],
};

/**
 * The wire format of a feed by its name in the policy. A format of the other feed is not found: a ticket sender cannot
 * send for HR.
 */
export function webhookFormatOf(feed: Feed, format: string): WebhookFormat | undefined {
  return sources[feed].find((source) => source.format === format);
}

/** Names of the formats of a feed. */
export function formatsOf(feed: Feed): readonly string[] {
  return sources[feed].map((source) => source.format);
}
