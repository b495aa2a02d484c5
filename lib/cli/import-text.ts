import { mappingText } from '@/lib/contracts/mapping-text'
import { isPlain, type Opening } from '@/lib/contracts/opening'
import { placeKey, type ImportMatrix, type MatrixColumn } from '@/lib/contracts/import-matrix'
import type { ImportPreview } from '@/lib/contracts/study'
import { printLine, printRows, say } from './output'

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

function rowsText({ rowCount, rows, values }: ImportPreview): string {
  if (values) return 'values'
  if (rowCount !== null) return String(rowCount)
  return rows.length > 0 ? `more than ${rows.length}` : 'not read'
}

/** Returns what would be imported of a file, every option included, for `--json`. */
export function previewFacts(
  preview: ImportPreview,
  trouble: string | null,
  { problems }: ImportMatrix,
) {
  const { plan, rowCount, warnings, duplicateOf, further, isPlaced, remembered } = preview
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
    values: preview.values,
    part: plan.part,
    isKnown: duplicateOf !== null,
    isPlaced,
    shape: plan.shape,
    remembered,
    trouble,
    problems: problems
      .filter(({ uploadId }) => uploadId === plan.uploadId)
      .map(({ kind, message, isBlocking }) => ({ kind, message, isBlocking })),
    warnings,
  }
}

/** Prints seed sets down and evolvers with their rounds across, with the rows that each file would bring, and what stands in the way. */
export function sayMatrix(
  { seedSets, columns, problems }: ImportMatrix,
  previews: readonly ImportPreview[],
): void {
  const placed = previews.filter(({ isPlaced, duplicateOf }) => isPlaced && !duplicateOf)
  const wrong = new Set(problems.map(({ uploadId }) => uploadId))
  const cell = (seedSetKey: string, { armKey, round }: MatrixColumn) => {
    const key = placeKey({ seedSetKey, armKey, round })
    const files = placed.filter(({ plan }) => placeKey(plan) === key)
    const texts = files.map((file) => rowsText(file) + (wrong.has(file.plan.uploadId) ? ' !' : ''))
    return texts.join(' and ') || null
  }
  printLine('')
  printRows(
    seedSets.map(({ key, label }) => ({
      'seed set': label,
      ...Object.fromEntries(
        columns.map((column) => [
          column.armKey === null ? column.label : `${column.label}, ${column.round}`,
          cell(key, column),
        ]),
      ),
    })),
    false,
  )
  const nameOf = (id: string) => previews.find(({ plan }) => plan.uploadId === id)?.plan.fileName
  for (const { uploadId, message, isBlocking } of problems) {
    say(isBlocking ? 'Conflict' : 'Check', `${nameOf(uploadId)}: ${message}`)
  }
  for (const { plan, isPlaced } of previews) {
    if (!isPlaced) say('No place', plan.fileName)
  }
}

/** Prints what would be imported of a file, every option included. */
export function sayPreview(preview: ImportPreview, trouble: string | null): void {
  const { plan, warnings, duplicateOf } = preview
  const chosen = new Set(plan.columns.map(({ column }) => column))
  const further = preview.further.filter(({ column }) => !chosen.has(column))
  const content = preview.values ? 'values without rows' : `rows ${rowsText(preview)}`
  say('File', `${plan.fileName}, format ${plan.format || 'not known'}, ${content}`)
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
  if (preview.values) {
    const part = preview.values[(plan.part ?? 1) - 1]
    if (part) say('', `Values   ${part.label}${part.count > 0 ? ` (${part.count})` : ''}`)
    for (const warning of warnings) say('', `Note     ${warning}`)
    return
  }
  if (plan.armKey !== null) say('', `Parents  by ${plan.align}, operators ${plan.operators}`)
  say('', `Columns  ${mappingText(plan)}`)
  const skipping = plan.skipBadRows ? ', broken rows are skipped' : ''
  say('', `Opened   ${openingText(plan.opening)}${skipping}`)
  if (further.length > 0) say('', `Further  ${further.map(furtherText).join(', ')} (--column)`)
  for (const warning of warnings) say('', `Note     ${warning}`)
}
