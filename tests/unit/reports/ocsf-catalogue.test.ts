import { describe, expect, it } from '@jest/globals';
import Ajv2020 from 'ajv/dist/2020';
import { createOcsfCatalogue } from '../../fixtures/schemas/ocsf-catalogue';
import { ocsfJsonSchema } from '../../fixtures/schemas/ocsf-json-schema';

/** A catalogue of our own with one of everything that a catalogue can say. */
const FILES: Readonly<Record<string, unknown>> = {
  'version.json': { version: '9.9.9' },
  'categories.json': { attributes: { fruit: { uid: 7, caption: 'Fruit' } } },
  'dictionary.json': {
    attributes: {
      activity_id: { type: 'integer_t', sibling: 'activity', enum: { 0: { caption: 'Unknown' } } },
      activity: { type: 'string_t' },
      category_uid: { type: 'integer_t' },
      class_uid: { type: 'integer_t' },
      type_uid: { type: 'long_t' },
      basket: { type: 'basket' },
      apples: { type: 'apple', is_array: true },
      colour: { type: 'colour_t' },
      ripeness: { type: 'percent_t' },
      sort: { type: 'string_t', enum: { red: { caption: 'Red' } } },
      is_sweet: { type: 'boolean_t' },
      note: { type: 'object' },
      weight: { type: 'float_t' },
      buyer: { type: 'string_t' },
      seller: { type: 'string_t' },
    },
    types: {
      attributes: {
        string_t: {},
        integer_t: {},
        long_t: {},
        float_t: {},
        boolean_t: { values: [false, true] },
        colour_t: { type: 'string_t', regex: '^#[0-9a-f]+$', max_len: 7 },
        percent_t: { type: 'integer_t', range: [0, 100] },
      },
    },
  },
  'profiles/sale.json': {
    meta: 'profile',
    name: 'sale',
    attributes: { buyer: { requirement: 'required' }, seller: { requirement: 'optional' } },
  },
  'events/base_event.json': {
    name: 'base_event',
    attributes: {
      $include: ['profiles/sale.json'],
      activity_id: { requirement: 'required', enum: { 99: { caption: 'Other' } } },
      activity: {},
      category_uid: { requirement: 'required' },
      class_uid: { requirement: 'required' },
      type_uid: { requirement: 'required' },
    },
  },
  'events/fruit/picked.json': {
    name: 'picked',
    caption: 'Picked',
    extends: 'base_event',
    category: 'fruit',
    uid: 3,
    attributes: {
      activity_id: { enum: { 1: { caption: 'Pick' } } },
      basket: { requirement: 'required' },
      note: {},
      seller: { profile: null },
    },
  },
  'objects/thing.json': {
    name: 'thing',
    constraints: { at_least_one: ['colour', 'weight'] },
    attributes: { colour: { requirement: 'recommended' }, weight: {} },
  },
  'objects/basket.json': {
    name: 'basket',
    constraints: { just_one: ['sort', 'is_sweet'] },
    attributes: { apples: { requirement: 'required' }, sort: {}, is_sweet: {} },
  },
  'objects/apple.json': { name: 'apple', extends: 'thing', attributes: { ripeness: {}, basket: {} } },
};

const PICKED = {
  activity_id: 1,
  activity: 'Pick',
  category_uid: 7,
  class_uid: 7003,
  type_uid: 700_301,
  basket: { apples: [{ colour: '#ff0000', ripeness: 90 }], sort: 'red' },
};

const catalogue = createOcsfCatalogue((path) => FILES[path]);
const takes = new Ajv2020({ strict: false }).compile(ocsfJsonSchema(catalogue, 'picked', 'events/fruit'));

describe('an OCSF catalogue as a JSON Schema', () => {
  it.each([
    ['what the class names', {}],
    ['an activity of no name, called anything', { activity_id: 99, activity: 'Shake', type_uid: 700_399 }],
    ['an activity that is inherited', { activity_id: 0, activity: 'Unknown', type_uid: 700_300 }],
    ['an activity whose name is left out', { activity: undefined }],
    ['anything in an object of no attributes', { note: { any: [1] } }],
    ["a profile's attribute that the class takes for itself", { seller: 'Ana' }],
    ['no item in a list', { basket: { apples: [], is_sweet: true } }],
    ['an object in itself', withApple({ weight: 1.5, basket: PICKED.basket })],
  ])('takes %s', (_what, change) => {
    expect([takes(changed(change)), takes.errors]).toEqual([true, null]);
  });

  it.each([
    ['an attribute that it does not name', { other: 1 }],
    ['an attribute of a profile that is not applied', { buyer: 'Ana' }],
    ['a class without what it requires', { basket: undefined }],
    ['a class without what its parent requires', { activity_id: undefined }],
    ['an activity that is in no list', { activity_id: 2, activity: undefined, type_uid: undefined }],
    ['an activity by the name of another', { activity: 'Other' }],
    ['the type of another activity', { type_uid: 700_399 }],
    ['another class', { class_uid: 3 }],
    ['another category', { category_uid: 1 }],
    ['a list that is none', { basket: { apples: {}, sort: 'red' } }],
    ['an item that is none', { basket: { apples: ['apple'], sort: 'red' } }],
    ['a value that is in no list', { basket: { apples: [], sort: 'blue' } }],
    ['both of which just one may be', { basket: { apples: [], sort: 'red', is_sweet: true } }],
    ['none of which just one must be', { basket: { apples: [] } }],
    ['none of which at least one must be, as its parent says', withApple({ ripeness: 1 })],
    ['a text of another form', withApple({ colour: 'red' })],
    ['a text that is too long', withApple({ colour: '#0000000' })],
    ['a number out of range', withApple({ weight: 1, ripeness: 101 })],
    ['a fraction where the number is whole', withApple({ weight: 1, ripeness: 0.5 })],
    ['a text instead of a number', withApple({ weight: '1' })],
    ['a number instead of a truth', { basket: { apples: [], is_sweet: 1 } }],
    ['a text instead of an object', { note: 'text' }],
  ])('refuses %s', (_what, change) => {
    expect(takes(changed(change))).toBe(false);
  });

  it('is refused where an attribute is not in the dictionary', () => {
    const files = { ...FILES, 'objects/apple.json': { name: 'apple', attributes: { worm: {} } } };
    const lacking = createOcsfCatalogue((path) => files[path as keyof typeof files]);
    expect(() => ocsfJsonSchema(lacking, 'picked', 'events/fruit')).toThrow('The catalogue has no worm.');
  });

  it('knows its version', () => {
    expect(catalogue.version).toBe('9.9.9');
  });
});

function withApple(apple: object) {
  return { basket: { apples: [apple], sort: 'red' } };
}

/** As it comes from JSON: what is undefined is not there. */
function changed(change: object): unknown {
  return JSON.parse(JSON.stringify({ ...PICKED, ...change }));
}
