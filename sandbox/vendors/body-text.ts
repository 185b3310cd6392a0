import { z } from 'zod';
import type { SignedFormat } from './signing';

type Encoding = (said: object) => string;

/** What is not posted as JSON. */
const encodings: Partial<Record<SignedFormat, Encoding>> = {
  rippling: (said) => new URLSearchParams(Object.entries(said)).toString(),
  'successfactors-soap': toSoap,
};

/** A body as its vendor writes it. */
export function bodyTextOf(format: SignedFormat, said: object): string {
  return (encodings[format] ?? JSON.stringify)(said);
}

const Members = z.record(z.string(), z.string());
const NotificationSchema = z.object({
  externalEventMeta: Members,
  event: Members,
  entityKeys: Members,
  params: Members,
});

/** The envelope as it is recorded: prefixes that nobody needs, and names and values without one. */
function toSoap(said: object): string {
  const { externalEventMeta, event, entityKeys, params } = NotificationSchema.parse(said);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>',
    '<ns3:ExternalEvent xmlns:ns2="http://www.boomi.com/connector/wss" xmlns:ns3="http://notification.event.successfactors.com">',
    `<ns3:externalEventMeta>${elements(externalEventMeta)}</ns3:externalEventMeta>`,
    `<ns3:events><ns3:event>${elements(event)}`,
    `<ns3:entityKeys>${pairs('entityKey', entityKeys)}</ns3:entityKeys>`,
    `<ns3:params>${pairs('param', params)}</ns3:params>`,
    '</ns3:event></ns3:events></ns3:ExternalEvent></soap:Body></soap:Envelope>',
  ].join('');
}

function elements(members: Readonly<Record<string, string>>): string {
  return Object.entries(members)
    .map(([name, value]) => `<ns3:${name}>${escapeXml(value)}</ns3:${name}>`)
    .join('');
}

function pairs(element: string, members: Readonly<Record<string, string>>): string {
  return Object.entries(members)
    .map(
      ([name, value]) =>
        `<ns3:${element}><name>${name}</name><value>${escapeXml(value)}</value></ns3:${element}>`,
    )
    .join('');
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
