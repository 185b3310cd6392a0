import { describe, expect, it } from '@jest/globals';
import { timeZone } from '../../../shared/webhooks/contract/field-schemas';
import { zoneOfWindowsName } from '../../../shared/webhooks/contract/windows-time-zones';

describe('a time zone', () => {
  it.each([
    ['GTB Standard Time', 'Europe/Bucharest'],
    ['gtb standard time', 'Europe/Bucharest'],
    [' AUS Eastern Standard Time ', 'Australia/Sydney'],
    ['Central Standard Time (Mexico)', 'America/Mexico_City'],
    ['W. Europe Standard Time', 'Europe/Berlin'],
    ['GMT Standard Time', 'Europe/London'],
    ['Russia Time Zone 3', 'Europe/Samara'],
    ['Central Asia Standard Time', 'Asia/Bishkek'],
    ['UTC-11', 'Etc/GMT+11'],
  ])('by the name that Windows has for it is the one of CLDR: %j', (name, zone) => {
    expect(timeZone().parse(name)).toBe(zone);
  });

  it.each(['Europe/Bucharest', 'europe/bucharest', 'GMT', 'America/Argentina/Buenos_Aires'])(
    'by its own name stays what it is: %s',
    (name) => {
      expect(timeZone().parse(name)).toBe(name);
    },
  );

  it.each(['', 'GTB', 'GTB Daylight Time', 'Standard Time', '+02:00', 'constructor', 7, null, {}])(
    'is refused as %j',
    (name) => {
      expect(timeZone().safeParse(name).success).toBe(false);
    },
  );

  it.each(['Europe/Bucharest', 'GTB', 'Standard Time', 'constructor'])(
    'is no name of Windows: %s',
    (name) => {
      expect(zoneOfWindowsName(name)).toBeUndefined();
    },
  );

  it('of every name of Windows is one that the runtime knows', () => {
    const names = ['Dateline Standard Time', 'Line Islands Standard Time', 'Qyzylorda Standard Time'];
    for (const name of names) expect(timeZone().safeParse(name).success).toBe(true);
  });
});
