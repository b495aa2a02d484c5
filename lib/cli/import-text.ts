import { MAPPED_FIELDS } from '@/lib/contracts/cell'
import { isPlain, type Opening } from '@/lib/contracts/opening'
import type { ImportPlan, ImportPreview } from '@/lib/contracts/study'
import { say } from './output'

/** Returns the columns of a plan as `field=column`. */
function mappingText({ mapping, columns }: ImportPlan): string {
  const fields = MAPPED_FIELDS.flatMap((field) =>
    mapping[field] ? [`${field}=${mapping[field]}`] : [],
  )
  const roles = Object.entries(mapping.tags?.roles ?? {}).map(([name, role]) => `${name}=${role}`)
  const values = columns.map(
    ({ column, kind, separator }) => `${column}=${kind}${separator ? `:${separator}` : ''}`,
  )
  return [...fields, ...roles, ...values].join(', ') || 'none'
}

/** Returns what a further column could be imported as. */
function furtherText({ column, kind, doubt }: ImportPreview['further'][number]): string {
  return `${column}=${kind}${doubt === null ? '' : ` (${doubt})`}`
}

/** Returns the decisions about opening a file, or that there are none. */
function openingText(opening: Opening): string {
  if (isPlain(opening)) return 'as the file says'
  return [
    opening.encoding ?? [],
    opening.unwrap ? 'rows out of one object' : [],
    opening.duplicateKeys === 'last' ? 'last value of repeated keys' : [],
    opening.loneSurrogates === 'replace' ? 'U+FFFD for lone surrogates' : [],
  ]
    .flat()
    .join(', ')
}

function rowsText({ rowCount, rows }: ImportPreview): string {
  if (rowCount !== null) return String(rowCount)
  return rows.length > 0 ? `more than ${rows.length}` : 'not read'
}

/** Returns what would be imported of a file, every option included, for `--json`. */
export function previewFacts(preview: ImportPreview, trouble: string | null) {
  const { plan, rowCount, warnings, duplicateOf, further } = preview
  return {
    file: plan.fileName,
    format: plan.format || null,
    seedSet: plan.seedSetKey,
    arm: plan.armKey,
    armClass: plan.armClass,
    scenario: plan.scenario,
    round: plan.round,
    align: plan.align,
    operators: plan.operators,
    mapping: plan.mapping,
    opening: plan.opening,
    columns: plan.columns,
    further,
    skipBadRows: plan.skipBadRows,
    rows: rowCount,
    isKnown: duplicateOf !== null,
    trouble,
    warnings,
  }
}

/** Prints what would be imported of a file, every option included. */
export function sayPreview(preview: ImportPreview, trouble: string | null): void {
  const { plan, warnings, duplicateOf } = preview
  const chosen = new Set(plan.columns.map(({ column }) => column))
  const further = preview.further.filter(({ column }) => !chosen.has(column))
  say('File', `${plan.fileName}, format ${plan.format || 'not known'}, rows ${rowsText(preview)}`)
  if (trouble !== null) {
    say('', `Not imported: ${trouble}`)
    return
  }
  if (duplicateOf) {
    say('', `Already imported: ${duplicateOf.label}`)
    return
  }
  const where = plan.armKey === null ? 'seeds' : `evolver ${plan.armKey}, round ${plan.round}`
  say('', `Place    seed set ${plan.seedSetKey}, ${where}`)
  if (plan.armKey !== null) say('', `Parents  by ${plan.align}, operators ${plan.operators}`)
  say('', `Columns  ${mappingText(plan)}`)
  const skipping = plan.skipBadRows ? ', broken rows are skipped' : ''
  say('', `Opened   ${openingText(plan.opening)}${skipping}`)
  if (further.length > 0) say('', `Further  ${further.map(furtherText).join(', ')} (--column)`)
  for (const warning of warnings) say('', `Note     ${warning}`)
}
