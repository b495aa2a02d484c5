import { z } from 'zod'
import { columnMappingSchema } from './cell'

type Mapping = z.infer<typeof columnMappingSchema>

/** What must be decided before a file is imported, because a guess could read it wrongly. */
export const importQuestionSchema = z.object({
  code: z.string(),
  message: z.string(),
  /** What looks right, to be merged into the plan; null where nothing does. */
  suggestion: z
    .object({ format: z.string().optional(), mapping: columnMappingSchema.partial() })
    .nullable(),
})
export type ImportQuestion = z.infer<typeof importQuestionSchema>

/** Returns the changes of format and mapping that answer a file's questions as suggested; empty where nothing is suggested. */
export function suggestedReading(plan: {
  mapping: Mapping
  questions: readonly ImportQuestion[]
}): { format?: string; mapping?: Mapping } {
  const suggestions = plan.questions.flatMap(({ suggestion }) => suggestion ?? [])
  if (suggestions.length === 0) return {}
  const format = suggestions.find((one) => one.format !== undefined)?.format
  const mapping = Object.assign({}, plan.mapping, ...suggestions.map((one) => one.mapping))
  return { mapping, ...(format === undefined ? {} : { format }) }
}
