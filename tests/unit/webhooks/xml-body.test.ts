import { describe, expect, it } from '@jest/globals';
import { parseXmlBody } from '../../../shared/webhooks/xml-body';
import { errorOf } from '../../fakes/error-of';

const parse = (text: string): unknown => parseXmlBody(Buffer.from(text));

describe('an XML body', () => {
  it.each<readonly [string, unknown]>([
    ['<a><b>1</b><b>02</b><c/></a>', { a: { b: ['1', '02'], c: '' } }],
    ['<x:a xmlns:x="urn:x"><y:b xmlns:y="urn:y">1</y:b></x:a>', { a: { b: '1' } }],
    ['<a id="7">1</a>', { a: '1' }],
    ['<a>&lt;b&gt; &amp;lt; &quot;c&quot; &apos;</a>', { a: '<b> &lt; "c" \'' }],
    ['<a><![CDATA[<b>&amp;]]></a>', { a: '<b>&' }],
    ['<a>&e;</a>', { a: '&e;' }],
    ['<a>j&#246;r&#x67; &#x1F600; &amp;#65;</a>', { a: 'jörg 😀 &#65;' }],
    ['<?xml version="1.0" encoding="utf-8"?><a>true</a>', { a: 'true' }],
    ['<!-- <b> --><a>機</a>', { a: '機' }],
    ['\uFEFF<a>1</a>', { a: '1' }],
  ])('%j is read by local names, and every value as a text', (text, value) => {
    expect(parse(text)).toEqual(value);
  });

  it.each([
    ['a document type', '<!DOCTYPE a><a/>'],
    ['a document type behind a blank', '<a/>\n<!doctype a>'],
    ['the number of no character', '<a>&#0;</a>'],
    ['half a character', '<a>&#xD800;</a>'],
    ['an entity', '<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>'],
    ['an entity outside of a document type', '<a><!ENTITY e "x"></a>'],
    ['another encoding', '<?xml version="1.0" encoding="ISO-8859-1"?><a/>'],
    ['another encoding in single quotes', "<?xml version='1.0' encoding='utf-7'?><a/>"],
    ['a tag that is not closed', '<a><b></a>'],
    ['text behind its root', '<a></a>x'],
    ['more tags than are taken', `<a>${'<b/>'.repeat(20_000)}</a>`],
    ['more depth than is taken', `${'<a>'.repeat(40)}${'</a>'.repeat(40)}`],
    ['the name of a prototype', '<a><__proto__><b>1</b></__proto__></a>'],
    ['nothing in it', ''],
    ['no XML', '{"a":1}'],
  ])('with %s is refused, and nothing of it is repeated', async (_case, text) => {
    const error = await errorOf(() => parse(text));
    expect(error).toMatchObject({ code: 'body-invalid' });
    expect(error.message).not.toMatch(/[<>{}]|ISO|utf-7/);
  });

  it('that is not UTF-8 is refused', async () => {
    const error = await errorOf(() => parseXmlBody(Uint8Array.of(0x3c, 0x61, 0xff, 0x2f, 0x3e)));
    expect(error).toMatchObject({ code: 'body-invalid' });
  });
});
