/** By area, the names of Windows that end in `Standard Time`, without that end, each with its zone there. */
const standard: Readonly<Record<string, string>> = {
  Africa: `E. Africa=Nairobi;Egypt=Cairo;Libya=Tripoli;Morocco=Casablanca;Namibia=Windhoek;
Sao Tome=Sao_Tome;South Africa=Johannesburg;South Sudan=Juba;Sudan=Khartoum;
W. Central Africa=Lagos`,
  America: `Alaskan=Anchorage;Aleutian=Adak;Argentina=Buenos_Aires;Atlantic=Halifax;
Bahia=Bahia;Canada Central=Regina;Central America=Guatemala;
Central Brazilian=Cuiaba;Central=Chicago;Cuba=Havana;E. South America=Sao_Paulo;
Eastern=New_York;Greenland=Godthab;Haiti=Port-au-Prince;Magallanes=Punta_Arenas;
Montevideo=Montevideo;Mountain=Denver;Newfoundland=St_Johns;Pacific SA=Santiago;
Pacific=Los_Angeles;Paraguay=Asuncion;SA Eastern=Cayenne;SA Pacific=Bogota;
SA Western=La_Paz;Saint Pierre=Miquelon;Tocantins=Araguaina;
Turks And Caicos=Grand_Turk;US Eastern=Indianapolis;US Mountain=Phoenix;
Venezuela=Caracas;Yukon=Whitehorse`,
  Asia: `Afghanistan=Kabul;Altai=Barnaul;Arab=Riyadh;Arabian=Dubai;Arabic=Baghdad;
Azerbaijan=Baku;Bangladesh=Dhaka;Caucasus=Yerevan;Central Asia=Bishkek;
China=Shanghai;Ekaterinburg=Yekaterinburg;Georgian=Tbilisi;India=Calcutta;
Iran=Tehran;Israel=Jerusalem;Jordan=Amman;Korea=Seoul;Magadan=Magadan;
Middle East=Beirut;Myanmar=Rangoon;N. Central Asia=Novosibirsk;Nepal=Katmandu;
North Asia East=Irkutsk;North Asia=Krasnoyarsk;North Korea=Pyongyang;Omsk=Omsk;
Pakistan=Karachi;Qyzylorda=Qyzylorda;SE Asia=Bangkok;Sakhalin=Sakhalin;
Singapore=Singapore;Sri Lanka=Colombo;Syria=Damascus;Taipei=Taipei;Tokyo=Tokyo;
Tomsk=Tomsk;Transbaikal=Chita;Ulaanbaatar=Ulaanbaatar;Vladivostok=Vladivostok;
W. Mongolia=Hovd;West Asia=Tashkent;West Bank=Hebron;Yakutsk=Yakutsk`,
  Atlantic: `Azores=Azores;Cape Verde=Cape_Verde;Greenwich=Reykjavik`,
  Australia: `AUS Central=Darwin;AUS Eastern=Sydney;Aus Central W.=Eucla;Cen. Australia=Adelaide;
E. Australia=Brisbane;Lord Howe=Lord_Howe;Tasmania=Hobart;W. Australia=Perth`,
  Etc: `Dateline=GMT+12`,
  Europe: `Astrakhan=Astrakhan;Belarus=Minsk;Central Europe=Budapest;Central European=Warsaw;
E. Europe=Chisinau;FLE=Kiev;GMT=London;GTB=Bucharest;Kaliningrad=Kaliningrad;
Romance=Paris;Russian=Moscow;Saratov=Saratov;Turkey=Istanbul;Volgograd=Volgograd;
W. Europe=Berlin`,
  Indian: `Mauritius=Mauritius`,
  Pacific: `Bougainville=Bougainville;Central Pacific=Guadalcanal;Chatham Islands=Chatham;
Easter Island=Easter;Fiji=Fiji;Hawaiian=Honolulu;Line Islands=Kiritimati;
Marquesas=Marquesas;New Zealand=Auckland;Norfolk=Norfolk;Samoa=Apia;
Tonga=Tongatapu;West Pacific=Port_Moresby`,
};

const others: Readonly<Record<string, string>> = {
  'Central Standard Time (Mexico)': 'America/Mexico_City',
  'Eastern Standard Time (Mexico)': 'America/Cancun',
  'Mountain Standard Time (Mexico)': 'America/Mazatlan',
  'Pacific Standard Time (Mexico)': 'America/Tijuana',
  'Russia Time Zone 10': 'Asia/Srednekolymsk',
  'Russia Time Zone 11': 'Asia/Kamchatka',
  'Russia Time Zone 3': 'Europe/Samara',
  UTC: 'Etc/UTC',
  'UTC+12': 'Etc/GMT-12',
  'UTC+13': 'Etc/GMT-13',
  'UTC-02': 'Etc/GMT+2',
  'UTC-08': 'Etc/GMT+8',
  'UTC-09': 'Etc/GMT+9',
  'UTC-11': 'Etc/GMT+11',
};

const zones: ReadonlyMap<string, string> = new Map([
  ...Object.entries(standard).flatMap(([area, names]) =>
    names.split(';').map((pair): [string, string] => {
      const [name = '', city = ''] = pair.trim().split('=');
      return [`${name} standard time`.toLowerCase(), `${area}/${city}`];
    }),
  ),
  ...Object.entries(others).map(([name, zone]): [string, string] => [name.toLowerCase(), zone]),
]);

/**
 * The IANA time zone of a name that Windows gives it, in any case; undefined: it is none. Which one it is of several, territory 001 of
 * CLDR says: https://github.com/unicode-org/cldr/blob/main/common/supplemental/windowsZones.xml
 */
export function zoneOfWindowsName(name: string): string | undefined {
  return zones.get(name.trim().toLowerCase());
}
