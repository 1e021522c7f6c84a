/** docs/views.md, from the definitions of the views. */
import { columnNames } from '../../schemas/tables/views.ts'
import { UNSET_MODELS, type View, type ViewColumn } from '../../schemas/views/spec.ts'
import { FIXED_COLUMNS } from '../../schemas/views/survey-columns.ts'
import { modelViews } from '../../schemas/views.ts'
import { code, markdownTable } from './markdown.ts'

const INTRO = `# Views

Generated from schemas/views.ts by \`npm run docs\`. DuckDB and BigQuery have the same views, made from [the tables](tables.md)
after a load that brought something new: a survey, a question, an attribute, a name, a kind of value, or answers enough to give a column its type. They hold no data: what they show is always what the tables have. A view or table of
your own that has such a name is left alone, and the log says so.

**Surveys.** Each survey has a view \`survey_…\`, named by the survey: a row per response, and a column per question, after the ones
below. A question keeps its name in lower snake case (\`Product fit?\` is \`product_fit\`); a matrix has a column per row. Questions stand in the
survey's order, as far as the bodies of responses tell it. Attributes of the user and the account *at the time of the answer* are \`attribute_…\` and
\`account_…\`; a survey has those that its respondents had. A suffix of eight digits goes to the later of two names that would be the same, to words
that SQL reserves (\`when\` is \`when_b7248de6\` or so), to what is cut after 300 characters, and to a name that has no letter or digit of
ASCII: the survey \`😀\` is \`survey_41b8cd37\` or so.

**Names stay.** A name once given is kept in the table \`${columnNames.name}\`, also when a survey or a question is renamed. Every view carries \`form_uuid\` and
\`survey_view\`, which never change. \`form_name\` is the newest name: do not filter by it in what is to last.

**Types stay.** A column is a number, a boolean, a day, a time or a text, by what at least half of the current answers are; of those the narrowest. It is a list if more than half of
the answers are lists. While there are fewer than 20 answers the type may change. From then on it is given, kept in \`${columnNames.name}\`, and changes only by the setting
\`COLUMN_TYPES\`; an attribute, of which counting reads all respondents, gets it once a tenth more of them are there, or at the next start; \`npm run columns\` shows what fits and what would change. An answer that does not fit is null in the column, and stands in a text column beside it: \`rating_text\` beside
\`rating\`. That column is there only where such an answer was ever sent. A list of one is its one value where scalars are the rule; a scalar is a list of one where lists are. So the column of a score that is always sent as a list (\`["9"]\`) is a list; the score counts all the same, and \`…_points\` beside it is a number. A day such as
\`2026-05-03\` is a date, the same in every time zone, and fits no column of times. Days and months of times are those of the setting \`TIME_ZONE\`.

**Answers.** All views read \`answers\`: \`response_answers\` without blank text and without context. Context is what an application sends along with a response, such as the address of a page. Values under
keys that the setting \`CONTEXT_KEYS\` names are context. So are, in a form whose responses have times of answers, the keys of an event that showed the survey before anything was answered; but never a question that is named like a score, one whose column was given its type, or a key that \`CONTEXT_KEYS\` names after a \`!\`.
The view \`context_values\` has all of them, typed. Context starts no response, and neither does blank text. An empty list is none of the choices: it counts in
the base of shares, and starts no response by itself.

**Scores.** The view \`score_questions\` lists every question that is, or looks like, NPS, CSAT or CES, and says why it is scored or not, and how many answers count. What counts as such a question: those that the settings \`NPS_QUESTIONS\`,
\`CSAT_QUESTIONS\` and \`CES_QUESTIONS\` name; else Refiner's type of the question where it is known; else identifiers with \`nps\`, \`csat\` or \`ces\` as a word in them (\`npsScore\` too), if 95 of
100 of their numbers, or all but one of at least five, are whole and in the scale (0 to 10, 1 to 5, 1 to 7), most answers are no texts, and several choices are rare. From 20 numbers in the scale on four of five are enough, so that some odd answers end no score. In French \`ces\` is a word of its own:
where it stands in identifiers, set \`CES_QUESTIONS\`, to \`[]\` for none.

What an answer is to a score, in \`score_questions\`, where \`answers\` is the sum of the others:

| answer | counts as | column |
|---|---|---|
| \`9\`, \`"9"\`, \`[9]\`, \`["9"]\`, \`["", "9"]\`, also with space around it or a wide digit (\`９\`) | 9 | \`counted\`; \`not_used\` where the question is not scored |
| \`10 - Extremely likely\`, \`10: yes\`, \`10 (yes)\`, with the spaces | 10 | the same |
| \`9/10\`, \`9 out of 10\` | 9 where the scale ends at 10, else a text | the same |
| \`7 Likely\` | 7 where it is a label, else a text | the same |
| \`11\`, \`9.5\` | nothing | \`outside_scale\` |
| \`N/A\`, \`true\`, \`2026-05-03\` | nothing | \`texts\` |
| \`[8, 9]\` | nothing: it is two | \`lists\`; a question of which most answers are lists, and one list in five or more is of several choices, is no score |
| \`[]\`, \`[""]\` | nothing: none was chosen | \`none_chosen\` |
| \`{}\`, \`null\`, \`""\` | no answer | none |

A number before words may be a label (\`7 Likely\`, \`7. Likely\`, \`7=Likely\`), or begin a sentence (\`3 bugs made me leave\`) or a quantity (\`5 minutes\`). So it counts, each label by itself, once two answers have the label; capitals and
signs behind it make no other one. One answer is enough
- at an end of the scale, where more than half of the answers are numbers of the scale or labels that two have;
- in the metric's own question (its identifier is \`nps\`, \`csat\` or \`ces\` and no more, or a setting or Refiner's type says so), where more than half of the answers, and at least five, are labels. Where more labels came only once than two for each number
  of the scale, which is one for each of two languages, they are sentences.

A question with other words in its identifier, such as \`nps_reason\`, has labels only where more than half of its answers are numbers of the scale, or labels of three different numbers have two answers each.
Words that follow several numbers are a unit, and no label, but for a number that four in five of the answers with these words have. There is no digit in the words. Everywhere else the answer is a text. So one more answer
changes what others count for only where it passes one of these thresholds: two answers, half of them, five, two for each number, three numbers, four in five.

For another scale write an object instead of the identifier:

    CSAT_QUESTIONS=[{"question": "csat", "scale": [1, 10], "satisfied": [9, 10]}]

Every response with an answer counts, completed or not, once. \`points\` are what a tool may average: 100, 0 and -100 for NPS, 100 and 0 for CSAT, the answer itself for CES. \`is_latest\` marks the newest answer of each person to the question.

**Intervals** are at 95 %, always there, and hold for few answers. NPS and CES: the adjusted Wald interval of B. Rocks, *Interval Estimation for the Net Promoter Score*, The American Statistician 70 (2016), with three pseudo-answers. In a
simulation over samples of 5 to 100 it holds the true score in 89 of 100 cases or more; the plain interval in 66 of 100 where n is 5. CSAT is a share of answers, with E. B. Wilson's interval (Journal of the
American Statistical Association 22, 1927). \`few\` marks scores of fewer than 30 answers. Two groups differ by z = (a - b) / √(standard_error_a² + standard_error_b²): [analysis.md](analysis.md) has the query.

**Groups.** Views by attribute have the attributes that make groups: no times, JSON, identifiers, nor the survey's own answers, which Refiner writes back as attributes. The setting
\`GROUP_ATTRIBUTES\` says which instead. An attribute is of numbers, of times or of texts as its column \`attribute_…\` or \`account_…\` is, which keeps its type (see above; \`COLUMN_TYPES\` changes it); while that is open, by what at least half of the values are. So it is the same for all questions and surveys. Only where three values or more, and one of 20, begin with a zero before another digit (\`01067\`) are they codes, and texts. Spaces around a value do not count. Numbers from 10 on stand in bands, such as \`20 to under 50\`; \`value_from\` sorts them, and whatever
is no number (\`-\`, \`N/A\`) is the one group \`(no number)\`. An attribute of times or JSON makes no groups, and neither do the misfits in it. Among texts, a time or JSON is in \`(other)\`. So each answer of somebody who has the attribute is in one group, and the groups' \`n\` add up. \`people\` is how many users they are.

**Identity.** \`answer_distribution\`, \`score_questions\` and the views of scores do not show what may identify a person, and count it: as the value \`(other)\`, one row for all such values of an attribute or of a question. These are

- values that one person alone has, such as names; numbers that stand in bands and booleans stay, and in \`answer_distribution\` numbers of up to two digits;
- values of fewer than five people, where these are free texts: at least five of them are of one person each, and these are half of the people with such a value, or more. What five people share, such as a placeholder (\`-\`, \`unknown\`), changes nothing for the others;
- values that have the form of an e-mail address, a phone number, an IBAN, a UUID, a link to a profile (\`linkedin.com/in/ann\`) or an IP address, some of them also inside a text (\`call +49 171 1234567\`). Four numbers with dots are an address only if each is at most 255 and one has three digits: \`4.12.0.1\` is more often a version;
- in \`answer_distribution\`, all answers to a question whose name asks for a person, such as \`email\`, \`phone\` or \`first_name\`, but booleans and numbers of up to two digits (\`ease_of_login\`); attributes with such names make no groups at all;
- keys of nested answers and names of questions that have such a form, and keys that are people's own words: where five people or more, and half of all who gave any, gave a key that no one else gave, its keys of fewer than five people. They are the item \`(other)\`, are no scores, and are counted in one row of \`score_questions\`, with a note;
- names of segments that ask for a person or have such a form. Other segments are shown whoever is in them: you named them.

\`IDENTIFYING_KEYS\` adds names, and takes them away with \`!\`: then all values of that question or attribute are shown, but no keys of nested answers that are addresses, numbers or identifiers. \`scores\`, \`comments\`, \`response_states\`, \`answers\` and \`context_values\` have a row per person, with their \`user_uuid\`; \`answers\`, \`context_values\`, \`comments\` and
\`survey_…\` hold what people wrote or applications sent.
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
