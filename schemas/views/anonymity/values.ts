/** Forms of values by which a person, or a thing of theirs, is found: RE2, and JavaScript as well. */

/** Between other words of a short text. */
const within = (body: string) => `(^|[^0-9A-Za-z.,/+-])(${body})([^0-9A-Za-z]|$)`
const alone = (body: string) => `^\\s*(${body})\\s*$`

const ADDRESSES = [
  '[^\\s@]+@[^\\s@]+[.][^\\s@]+',
  alone('(?i:[a-z0-9._%+-]+ +[(\\[]?at[)\\]]? +[a-z0-9.-]+[.][a-z]{2,})'),
]

/** Not `1-10`, `201-1000`, `1500000`, `1990 2000 2010` or `01.02.2026`. */
const PHONES = [
  // Of another country.
  alone('([+(]|00)[0-9 ()./-]{6,}[0-9]'),
  '[+][1-9]([ ()./-]*[0-9]){7,}',
  // In groups. Groups of four digits are years as well, so that the first has three, as numbers of America have, or there are four as on a bank card.
  alone('[0-9]{3}([ .-][0-9]{3,5}){2,}'),
  alone('[3-6][0-9]{3}([ -][0-9]{4}){3}'),
  // With a leading zero. A day begins with two digits.
  within('0[0-9]{2,5}([ ./-][0-9]{2,4}){2,5}|0[1-9]([ .-]?[0-9]{2}){4}|0[0-9]{1,5}[ ./-]?[0-9]{5,}'),
  alone('[0-9]{10,}'),
]

const IDENTIFIERS = [
  '^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$',
  '^[0-9a-fA-F]{24,}$',
  // An IBAN: country, check digits, bank, and four or more groups, of which the first has digits only.
  within('[A-Z]{2}[0-9]{2} ?[A-Z0-9]{4} ?[0-9]{4}( ?[A-Z0-9]{1,4}){1,6}'),
]

/**
 * Four parts, of which one has three digits: more often than not `4.12.0.1` is a version, and 98 of 100 addresses have such a part. By its
 * name an attribute `ip` identifies whatever its values are.
 */
const IPV4 = (() => {
  const part = '(25[0-5]|2[0-4][0-9]|1?[0-9]{1,2})'
  const large = '(25[0-5]|2[0-4][0-9]|1[0-9]{2})'
  return [0, 1, 2, 3].map((at) => [0, 1, 2, 3].map((each) => (each === at ? large : part)).join('[.]')).join('|')
})()
const IPV6 = (() => {
  const part = '[0-9a-fA-F]{1,4}'
  return `(${part}:){7}${part}|(${part}:)+(:${part})+|(${part}:){2,}:|::(${part}:)*${part}`
})()

const PROFILES = [
  'linkedin[.]com/(in|pub)/',
  'xing[.]com/profiles?/',
  '(facebook|instagram|twitter|x)[.]com/',
  '(t|wa)[.]me/',
  'tiktok[.]com/@',
]

export const IDENTIFYING_VALUE: string = [
  ...ADDRESSES,
  ...PHONES,
  ...IDENTIFIERS,
  alone(`${IPV4}|${IPV6}`),
  `(^|[^A-Za-z0-9-])(?i:${PROFILES.join('|')})[^\\s/?#]+`,
].join('|')
