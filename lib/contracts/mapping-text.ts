import { MAPPED_FIELDS } from './cell'
import type { ImportPlan } from './study'

/** Returns the columns of a plan as `field=column`, those chosen beside the texts as `column=kind`. */
export function mappingText({ mapping, columns }: Pick<ImportPlan, 'mapping' | 'columns'>): string {
  const fields = MAPPED_FIELDS.flatMap((field) =>
    mapping[field] ? [`${field}=${mapping[field]}`] : [],
  )
  const roles = Object.entries(mapping.tags?.roles ?? {}).map(([name, role]) => `${name}=${role}`)
  const values = columns.map(
    ({ column, kind, separator }) => `${column}=${kind}${separator ? `:${separator}` : ''}`,
  )
  return [...fields, ...roles, ...values].join(', ') || 'none'
}
