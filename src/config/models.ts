/** Settings of the analytic views: what is an answer, what identifies a person, what makes groups, which day it is. */
import { z } from 'zod'
import { about } from './about.ts'
import { list } from './units.ts'

const patterns = () => list.pipe(z.array(z.string().min(1)))

/** What applications send along with a response. What may be a question as well, such as `email`, is not among them. */
const CONTEXT =
  'currentUrl,current_url,pageUrl,page_url,referrer,userAgent,user_agent,viewport,isMobile,is_mobile,utm_*'

function isTimeZone(name: string): boolean {
  // An offset such as +02:00 is a zone for Intl and none for BigQuery.
  if (!/^[A-Za-z]/.test(name)) return false
  try {
    new Intl.DateTimeFormat('en', { timeZone: name }).format(0)
    return true
  } catch {
    return false
  }
}

const TYPES = ['number', 'boolean', 'date', 'timestamp', 'text', 'list'] as const
const column = z.string().regex(/^[^.=]+(\.[^.=]+)?$/)
const types = z.record(column, z.enum(TYPES))

/** `survey_nps.rating=text,attribute_seats=number`, or a JSON object. */
const columnTypes = z.union([
  types,
  list
    .pipe(z.array(z.string().regex(/^[^=]+=[^=]+$/)))
    .transform((pairs) => Object.fromEntries(pairs.map((pair) => pair.split('=').map((part) => part.trim()))))
    .pipe(types),
])

export const modelSettings = {
  CONTEXT_KEYS: patterns().register(about, {
    description:
      "Keys of a response's data that are context and no questions: values under them go to response_context. In any case; * stands for any text.",
    default: CONTEXT,
    allowed: 'a comma list of keys, or a JSON array of them; an empty array for none',
    example: 'currentUrl,utm_*,cart_*',
  }),
  IDENTIFYING_KEYS: patterns().register(about, {
    description:
      'More questions and attributes that identify a person, to keep them out of aggregates; with ! before a name, one that does not. In any case; * stands for any text.',
    default: undefined,
    allowed: 'a comma list of names, or a JSON array of them',
    example: 'badge_*,!company_name',
  }),
  GROUP_ATTRIBUTES: patterns().register(about, {
    description:
      'Attributes that the views by attribute group by. Unset: those that make groups, which identifiers, times, JSON and answers do not. In any case; * stands for any text.',
    default: undefined,
    allowed: 'a comma list of attributes, or a JSON array of them',
    example: 'plan,country,role',
  }),
  COLUMN_TYPES: columnTypes.register(about, {
    description: 'Sets the types of columns of survey views; npm run columns shows what a setting would change.',
    default: undefined,
    allowed: `a comma list of view.column=type (attribute_… and account_… without a view), or a JSON object; types: ${TYPES.join(', ')}`,
    example: 'survey_nps.rating=text,attribute_seats=number',
  }),
  TIME_ZONE: z.string().trim().refine(isTimeZone).register(about, {
    description: 'Time zone of days and months in views, reports and exports. Times themselves stay UTC.',
    default: 'UTC',
    allowed: 'a name of the IANA time zone database',
    example: 'Europe/Berlin',
  }),
}

/** Those without a default. */
export const UNSET_MODELS = { IDENTIFYING_KEYS: true, GROUP_ATTRIBUTES: true, COLUMN_TYPES: true } as const
