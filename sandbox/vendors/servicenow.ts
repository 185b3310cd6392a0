import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { findProjectRoot } from '../project-root';

/** An approval as the table `sysapproval_approver` has it; times are UTC without saying so. */
type Approval = Readonly<{ approver: Readonly<{ email: string }>; updatedOn: string }>;

/** The requested item that a business rule hands to the script. */
export type RequestedItem = Readonly<{
  getUniqueValue: () => string;
  getValue: (name: string) => string | undefined;
  requested_for: Readonly<{ email: string }>;
  opened_by: Readonly<{ email: string }>;
  variables: Readonly<Record<string, string>>;
}>;

type Sent = { endpoint: string; method: string; headers: Record<string, string>; body: string };

/**
 * What the script include of docs/sources uses of ServiceNow, so that it runs as it is: its calls end here, answered with
 * the status that is given.
 */
export function createServiceNow(
  site: Readonly<{
    url: string;
    secret: string;
    nowMs: number;
    approvals: readonly Approval[];
    answerStatus: number;
  }>,
) {
  const sent: Sent = { endpoint: '', method: '', headers: {}, body: '' };
  const errors: string[] = [];
  const queries: unknown[][] = [];
  const properties: Readonly<Record<string, string>> = {
    'uipath_access.url': site.url,
    'uipath_access.secret': site.secret,
    'glide.servlet.uri': 'https://acme.service-now.com/',
  };
  const context = createContext({
    Class: { create: () => Made },
    GlideRecord: recordsOf(site.approvals, queries),
    GlideDateTime: function GlideDateTime() {
      return { getNumericValue: () => site.nowMs };
    },
    GlideCertificateEncryption,
    gs: { getProperty: (name: string) => properties[name], error: (text: string) => errors.push(text) },
    sn_ws: { RESTMessageV2: messagesTo(sent, site.answerStatus) },
  });
  const script = join(findProjectRoot(), 'docs', 'sources', 'servicenow-access-request.js');
  runInContext(readFileSync(script, 'utf8'), context);
  return {
    sent,
    errors,
    queries,
    /** Runs the script as a business rule does; the answer is the status it saw. */
    run: (item: RequestedItem, kind: string): unknown => {
      Object.assign(context, { item, kind });
      return runInContext('new UiPathAccessRequest().send(item, kind)', context);
    },
  };
}

function Made(this: Readonly<{ initialize: () => void }>) {
  this.initialize();
}

function GlideCertificateEncryption() {
  return { generateMac };
}

function generateMac(key: string, algorithm: string, text: string): string {
  if (algorithm !== 'HmacSHA256') throw new Error(algorithm);
  return createHmac('sha256', Buffer.from(key, 'base64')).update(text).digest('base64');
}

function recordsOf(approvals: readonly Approval[], queries: unknown[][]) {
  return function GlideRecord() {
    let index = -1;
    return {
      addQuery: (...query: readonly unknown[]) => queries.push([...query]),
      query: () => undefined,
      next: () => {
        index += 1;
        return index < approvals.length;
      },
      get approver() {
        return approvals[index]?.approver;
      },
      getValue: () => approvals[index]?.updatedOn,
    };
  };
}

function messagesTo(sent: Sent, answerStatus: number) {
  return function RESTMessageV2() {
    return {
      setEndpoint: (endpoint: string) => {
        sent.endpoint = endpoint;
      },
      setHttpMethod: (method: string) => {
        sent.method = method;
      },
      setRequestHeader: (name: string, value: string) => {
        sent.headers[name] = value;
      },
      setRequestBody: (body: string) => {
        sent.body = body;
      },
      execute: () => ({ getStatusCode: () => answerStatus }),
    };
  };
}
