/** What is said to the server and by it: the parts of local_service.proto that are used here, as @grpc/proto-loader has them. */

export type Kind =
  | 'TYPE_STRING'
  | 'TYPE_INT64'
  | 'TYPE_DOUBLE'
  | 'TYPE_BOOL'
  | 'TYPE_TIMESTAMP'
  | 'TYPE_DATE'
  | 'TYPE_JSON'

export interface Type {
  /** One of Kind, `TYPE_ARRAY`, or another that no column of ours has. */
  readonly typeKind?: string
  readonly arrayType?: { readonly elementType?: Type }
}

/** One member is set; none: NULL. 64-bit numbers are texts. */
export interface Value {
  readonly stringValue?: string
  readonly int64Value?: string
  readonly doubleValue?: number
  readonly boolValue?: boolean
  /** Days since 1970. */
  readonly dateValue?: number
  readonly timestampValue?: { readonly seconds?: string; readonly nanos?: number }
  readonly jsonValue?: string
  readonly arrayValue?: { readonly element?: readonly Value[] }
}

export interface Column {
  readonly name?: string
  readonly type?: Type
}

/** A table or the answer to a query. */
export interface Relation {
  readonly columns: readonly Column[]
  readonly rows: readonly (readonly Value[])[]
}

export interface TableContent {
  readonly tableData?: { readonly row?: readonly { readonly cell?: readonly Value[] }[] }
}

export interface LanguageOptions {
  readonly productMode?: string
  readonly enabledLanguageFeatures?: readonly string[]
  readonly reservedKeywords?: readonly string[]
}

export interface SimpleTable {
  readonly name: string
  readonly serializationId: number
  readonly column: readonly Column[]
}

export interface SimpleCatalog {
  readonly name: string
  readonly table?: readonly SimpleTable[]
  readonly catalog?: readonly SimpleCatalog[]
  readonly builtinFunctionOptions?: { readonly languageOptions: LanguageOptions }
}

export interface AnalyzerOptions {
  readonly languageOptions: LanguageOptions
  readonly errorMessageMode: 'ERROR_MESSAGE_ONE_LINE'
  readonly defaultTimezone: string
  readonly enabledRewrites?: readonly string[]
}

interface Catalogued {
  readonly options: AnalyzerOptions
  readonly registeredCatalogId: string
}

/** What each method takes and gives. */
export interface Methods {
  GetLanguageOptions: { takes: { maximumFeatures: true }; gives: LanguageOptions }
  RegisterCatalog: {
    takes: { simpleCatalog: SimpleCatalog; tableContent?: Readonly<Record<string, TableContent>> }
    gives: { readonly registeredId?: string }
  }
  UnregisterCatalog: { takes: { registeredId: string }; gives: object }
  Analyze: {
    takes: Catalogued & { parseResumeLocation: { input: string; bytePosition: number; allowResume: true } }
    gives: { readonly resumeBytePosition?: number; readonly resolvedStatement?: ResolvedStatement }
  }
  EvaluateQuery: {
    takes: Catalogued & { sql: string }
    gives: { readonly content?: TableContent; readonly prepared?: { readonly columns?: readonly Column[] } }
  }
}

export interface ResolvedStatement {
  readonly resolvedQueryStmtNode?: {
    readonly outputColumnList?: readonly { readonly name?: string; readonly column?: { readonly type?: Type } }[]
  }
}
