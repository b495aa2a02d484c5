import { z } from 'zod'

/**
 * How the operators of a file's rows are known: not at all, by the rotation of four or five operators over row and round,
 * by a column of the file, or one operator for all rows.
 */
export type OperatorRule = 'none' | 'rotation4' | 'rotation5' | `column:${string}` | `one:${string}`

function isRule(value: unknown): value is OperatorRule {
  if (typeof value !== 'string' || value.length > 300) return false
  return /^(?:none|rotation[45]|column:.+|one:[a-z]+)$/s.test(value)
}

export const operatorRuleSchema = z.custom<OperatorRule>(
  isRule,
  'Operators are none, rotation4, rotation5, column:NAME or one:OPERATOR.',
)

/** Returns the name behind `column:` or `one:`, or null for another rule. */
export function operatorRuleValue(rule: OperatorRule, kind: 'column' | 'one'): string | null {
  return rule.startsWith(`${kind}:`) ? rule.slice(kind.length + 1) : null
}

/** How rows meet their parents: by position, by id, by the parent's text in the row, not at all. */
export const ALIGN_WAYS = ['index', 'id', 'text', 'none'] as const
export type AlignWay = (typeof ALIGN_WAYS)[number]

/** What is changed about the alignment of files that are in the study; absent fields stay. */
export const alignRequestSchema = z
  .object({
    /** Cell ids. */
    cells: z.array(z.string()).min(1).max(500),
    align: z.enum(ALIGN_WAYS).optional(),
    operators: operatorRuleSchema.optional(),
  })
  .refine((request) => request.align !== undefined || request.operators !== undefined, {
    message: 'Say how rows are aligned, which operators they have, or both.',
  })
export type AlignCellsRequest = z.infer<typeof alignRequestSchema>

/** What a page needs to offer another alignment of one file. */
export const alignmentFactsSchema = z.object({
  /** Rows made here have recorded parents and operators, which stay. */
  isRecorded: z.boolean(),
  align: z.enum(ALIGN_WAYS),
  operators: operatorRuleSchema,
  /** Columns of the file that may hold operators, the likeliest first. */
  columns: z.array(z.string()),
  operatorNames: z.array(z.string()),
  idRule: z.string(),
})
export type AlignmentFacts = z.infer<typeof alignmentFactsSchema>
