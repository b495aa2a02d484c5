import { z } from 'zod'
import type { Db } from '@/db/client'
import { hotRead } from '@/db/hot-sql'
import { operatorRuleSchema, operatorRuleValue, type OperatorRule } from '@/lib/contracts/operators'
import { AppError } from '@/lib/errors'
import { BREADTH_ORDER, DEPTH_ORDER, isOperator, OPERATORS } from '@/lib/prompts/operators'

/** Different values of an operator column; more means that the column holds something else. */
const MAX_NAMES = 100
/** Characters of an operator's name; filters show them whole. */
const MAX_NAME = 80
// Names of columns in which tools record how a row was evolved.
const COLUMN_NAMES =
  /^(?:evol(?:ve|ution|ution_?ary)?[_-]?)?(?:operator|operation|op|strategy|method|type)s?$/i
// Plain `type` or `method` may mean anything.
const VAGUE_NAMES = /^(?:type|method|strategy|op|operation)s?$/i
// Spellings of the operators that have a prompt here.
const SYNONYMS: readonly (readonly [RegExp, string])[] = [
  [/^(?:(?:add|adding|more)\s+)?constraints?$/, 'constraints'],
  [/^deepen(?:ing)?$|^increase depth$/, 'deepen'],
  [/^(?:concreti[sz](?:e|ing|ation)|concrete)$/, 'concretizing'],
  [/^(?:(?:increased?|more|multi step|multiple)\s+)?reasoning(?:\s+steps?)?$/, 'reasoning'],
  [/^(?:in\s+)?(?:breadth|mutation)(?:\s+evolving)?$/, 'breadth'],
  [/^auto(?:\s+evol(?:ve)?)?$/, 'auto'],
]

/** A rule as SQL over `c`, a row of the child cell. */
export interface OperatorSql {
  isNone: boolean
  /** Expression of the operator; `parentIdx` is an expression of the parent's row. */
  sql(parentIdx: string): string
  /** Expression of how the operator is known: recorded, inferred, stated or null. */
  source: string
  params: Record<string, string>
}

/** Returns the stored name of an operator as a file spells it: ours where it is one of ours, else its own, cut. */
export function operatorName(text: string): string {
  const plain = text
    .toLowerCase()
    .replace(/[\s_-]+/g, ' ')
    .trim()
  const known = SYNONYMS.find(([pattern]) => pattern.test(plain))
  return known ? known[1] : text.trim().slice(0, MAX_NAME)
}

/** Returns the column that seems to hold operators, or null. */
export function operatorColumn(keys: readonly string[]): string | null {
  return keys.find((key) => COLUMN_NAMES.test(key) && !VAGUE_NAMES.test(key)) ?? null
}

function rotationOrder(rule: OperatorRule): readonly (typeof OPERATORS)[number][] {
  if (rule === 'rotation4') return DEPTH_ORDER
  return rule === 'rotation5' ? BREADTH_ORDER : []
}

/** Values of a column by the names they are stored under. */
function columnNames(db: Db, cellNo: number, column: string): Record<string, string> {
  const values = hotRead(db, {
    why: 'goes over every row of a file',
    sql: `select distinct json_extract(extra, ?) from rows where cell_no = ? and json_type(extra, ?) = 'text' limit ${MAX_NAMES + 1}`,
    row: z.string(),
  }).all(jsonPath(column), cellNo, jsonPath(column))
  if (values.length === 0) {
    throw new AppError(
      'data_error',
      `The file has no texts in a column "${column}" beside the mapped ones. Choose a column that holds operators.`,
    )
  }
  if (values.length > MAX_NAMES) {
    throw new AppError(
      'data_error',
      `The column "${column}" has more than ${MAX_NAMES} different values, so it does not hold operators. Choose another column.`,
    )
  }
  const names = values.map((value) => [value, operatorName(value)] as const)
  return Object.fromEntries(names.filter(([, name]) => name !== ''))
}

function jsonPath(key: string): string {
  return `$."${key.replaceAll('"', '')}"`
}

/** Throws `invalid_input` for what is no rule, and for a rule of an operator that is not known here. */
export function checkOperatorRule(rule: OperatorRule): void {
  const parsed = operatorRuleSchema.safeParse(rule)
  if (!parsed.success) throw new AppError('invalid_input', parsed.error.issues[0]?.message ?? '')
  const one = operatorRuleValue(rule, 'one')
  if (one === null || isOperator(one)) return
  throw new AppError(
    'invalid_input',
    `There is no operator "${one}". Choose one of: ${OPERATORS.join(', ')}.`,
  )
}

/** Returns the SQL that gives the rows of a cell their operators in a round under a rule. Throws `data_error` for a column of other values. */
export function operatorSql(
  db: Db,
  cellNo: number,
  round: number,
  rule: OperatorRule,
): OperatorSql {
  const column = operatorRuleValue(rule, 'column')
  if (column !== null) {
    return {
      isNone: false,
      sql: () =>
        '(select m.value from json_each(@operatorNames) m where m.key = json_extract(c.extra, @operatorPath))',
      source: "'recorded'",
      params: {
        operatorNames: JSON.stringify(columnNames(db, cellNo, column)),
        operatorPath: jsonPath(column),
      },
    }
  }
  const one = operatorRuleValue(rule, 'one')
  if (one !== null) {
    return { isNone: false, sql: () => '@operator', source: "'stated'", params: { operator: one } }
  }
  const order = rotationOrder(rule)
  if (order.length === 0) {
    return { isNone: true, sql: () => 'null', source: 'null', params: {} }
  }
  // A constant list: nothing of the user's enters the statement.
  const cases = order.map((operator, k) => `when ${k} then '${operator}'`).join(' ')
  const shift = Math.trunc(round) - 1
  return {
    isNone: false,
    sql: (parentIdx) => `case (${parentIdx} + ${shift}) % ${order.length} ${cases} end`,
    source: "'inferred'",
    params: {},
  }
}
