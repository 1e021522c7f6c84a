/** The language as BigQuery has it, out of all that GoogleSQL can be. */
import type { AnalyzerOptions } from './messages.ts'
import type { Server } from './server.ts'

/** Of GoogleSQL's features, those that BigQuery does not have, or not in this form: with them, more would pass here than there. */
const ABSENT = new Set([
  // A TIMESTAMP has microseconds.
  'FEATURE_TIMESTAMP_NANOS',
  'FEATURE_EXPERIMENTAL_MODULES',
  'FEATURE_V_1_1_ARRAY_EQUALITY',
  'FEATURE_V_1_2_PROTO_EXTENSIONS_WITH_NEW',
  'FEATURE_V_1_2_PROTO_EXTENSIONS_WITH_SET',
  'FEATURE_V_1_3_ALLOW_SLASH_PATHS',
  'FEATURE_V_1_3_ARRAY_GREATEST_LEAST',
  'FEATURE_V_1_3_ARRAY_ORDERING',
  'FEATURE_V_1_3_BRACED_PROTO_CONSTRUCTORS',
  'FEATURE_V_1_3_CONCAT_MIXED_TYPES',
  'FEATURE_V_1_3_EXTRACT_FROM_PROTO',
  'FEATURE_V_1_3_FILTER_FIELDS',
  'FEATURE_V_1_3_INLINE_LAMBDA_ARGUMENT',
  'FEATURE_V_1_3_PROTO_MAPS',
  'FEATURE_V_1_3_REPLACE_FIELDS',
  'FEATURE_V_1_3_WITH_GROUP_ROWS',
  'FEATURE_V_1_4_ARRAY_AGGREGATION_FUNCTIONS',
  'FEATURE_V_1_4_ARRAY_FIND_FUNCTIONS',
  'FEATURE_V_1_4_FIRST_AND_LAST_N',
  'FEATURE_V_1_4_PI_FUNCTIONS',
  'FEATURE_V_1_4_SINGLE_TABLE_NAME_ARRAY_PATH',
  'FEATURE_V_1_4_STRUCT_POSITIONAL_ACCESSOR',
])

/** The words that are reserved in BigQuery, and in GoogleSQL only on demand. */
const RESERVED = ['QUALIFY']

export async function optionsOf(server: Server): Promise<AnalyzerOptions> {
  const { enabledLanguageFeatures = [] } = await server.call('GetLanguageOptions', { maximumFeatures: true })
  return {
    languageOptions: {
      productMode: 'PRODUCT_EXTERNAL',
      enabledLanguageFeatures: enabledLanguageFeatures.filter((feature) => !ABSENT.has(feature)),
      reservedKeywords: RESERVED,
    },
    errorMessageMode: 'ERROR_MESSAGE_ONE_LINE',
    // As BigQuery's.
    defaultTimezone: 'UTC',
  }
}
