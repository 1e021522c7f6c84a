/** docs/views.md, from the definitions of the views. */
import { columnNames } from '../../schemas/tables/views.ts'
import { UNSET_MODELS, type View, type ViewColumn } from '../../schemas/views/spec.ts'
import { FIXED_COLUMNS } from '../../schemas/views/survey.ts'
import { modelViews } from '../../schemas/views.ts'
import { code, markdownTable } from './markdown.ts'

const INTRO = `# Views

Generated from schemas/views.ts by \`npm run docs\`. DuckDB and BigQuery have the same views, made from [the tables](tables.md)
after a load that brought something new. They hold no data: what they show is always what the tables have. A view or table of
your own that has such a name is left alone, and the log says so.

**Surveys.** Each survey has a view \`survey_…\`, named by the survey: a row per response, and a column per question, after the ones
below. A question keeps its name in lower snake case (\`Product fit?\` is \`product_fit\`); a list of choices is a list, a matrix has a column per
row; attributes of the user and the account *at the time of the answer* are \`attribute_…\` and \`account_…\`. A name once given
is kept, also when a survey or a question is renamed. A suffix of eight digits goes to the later of two names that would be the same, to words
that SQL reserves (\`when\` is \`when_b7248de6\` or so), to what is cut after 300 characters, and to a name that has no letter or digit of
ASCII: the survey \`😀\` is \`survey_41b8cd37\` or so.
The table \`${columnNames.name}\` tells what each name stands for, and so does the column's comment.

**Scores.** What counts as an NPS, CSAT or CES question: those that the settings \`NPS_QUESTIONS\`, \`CSAT_QUESTIONS\` and \`CES_QUESTIONS\` name;
else Refiner's type of the question where it is known; else identifiers with \`nps\`, \`csat\` or \`ces\` as a word in them (\`npsScore\` too), if 95 of
100 of their numbers, or all but one of at least five, are whole and in the scale (0 to 10, 1 to 5, 1 to 7). In French \`ces\` is a word of its own:
where it stands in identifiers, set \`CES_QUESTIONS\`, to \`[]\` for none. What is outside the scale is left out. Every response with an answer counts, completed or not, once.

**Intervals** are at 95 %, z = 1.96. NPS and CES are means (NPS of +100, 0 and -100): mean ± z × standard error, the sample's standard deviation / √n,
cut at the ends of the scale. This is the plain (Wald) interval, too narrow for a few answers; B. Rocks, *Interval Estimation for the Net Promoter
Score*, The American Statistician 70 (2016), compares it with others. CSAT is a share of answers,
with E. B. Wilson's interval (Journal of the American Statistical Association 22, 1927). With one answer, or answers that are all alike, a mean has no interval.
`

export function viewsPage(): string {
  const views = modelViews({ ...UNSET_MODELS, attributes: { user: [], account: [], left: 0 } })
  const index = markdownTable(
    ['view', 'what it shows'],
    [
      ['[survey_…](#survey_)', 'Responses to a survey, one row each'],
      ...views.map(({ name, description }) => [`[${name}](#${name})`, description]),
    ],
  )
  const survey = { name: 'survey_…', description: 'Responses to a survey, one row each', columns: FIXED_COLUMNS }
  return `${[INTRO, index, ...[survey, ...views].map(section)].join('\n')}\n`
}

function section({ name, description, columns }: Pick<View, 'name' | 'description' | 'columns'>): string {
  const rows = Object.entries<ViewColumn>(columns).map(([column, { type, description: meaning }]) => [
    code(column),
    type,
    meaning,
  ])
  return `
## ${name}

${description}.

${markdownTable(['column', 'type', 'meaning'], rows)}`
}
