import { passMatrixSchema, type PassMatrix, type StageItem } from '@/lib/contracts/experiment'
import { AppError } from '@/lib/errors'
import { printJson, printLine, printRows } from './output'

// A constraint is a sentence; more of it does not fit on a line beside the numbers.
const SHOWN = 60

function keptOf(list: readonly { kept: boolean }[]): string {
  return `${list.filter(({ kept }) => kept).length}/${list.length}`
}

function printOne({ constraint, functions, cases, outcomes }: PassMatrix): void {
  printLine(`${constraint}\n`)
  const line = ({ accuracy, kept }: PassMatrix['functions'][number], row: number) => ({
    function: row + 1,
    ...Object.fromEntries(
      cases.map((_, at) => [`case ${at + 1}`, outcomes[row]?.[at] ?? 'not run']),
    ),
    accuracy: accuracy.toFixed(2),
    kept: kept ? 'yes' : 'no',
  })
  printRows(functions.map(line), false)
  for (const [at, { case: given, kept }] of cases.entries()) {
    const [input, expected] = given.map((part) => JSON.stringify(part))
    printLine(`\nCase ${at + 1}${kept ? '' : ' (nobody confirms it)'}: ${input} -> ${expected}`)
  }
  for (const [row, { source }] of functions.entries()) printLine(`\nFunction ${row + 1}\n${source}`)
}

/**
 * Prints the pass matrices that a cross-validation left: one line for each constraint, or, where a part of the text of only one
 * of them is given, all of its outcomes with functions and cases.
 */
export function printMatrices(items: readonly StageItem[], text: string, json: boolean): void {
  const all = items.map((item) => ({ item, matrix: passMatrixSchema.parse(item.value) }))
  const found = all.filter(
    ({ item, matrix }) => item.key === text || matrix.constraint.includes(text),
  )
  if (json) return printJson(found.map(({ item, matrix }) => ({ key: item.key, ...matrix })))
  const [only] = found
  if (!only) {
    throw new AppError('not_found', `No checked constraint has "${text}" in its text.`)
  }
  if (text !== '' && found.length === 1) return printOne(only.matrix)
  const line = ({ item, matrix }: typeof only) => ({
    key: item.key,
    constraint: matrix.constraint.slice(0, SHOWN),
    'functions kept': keptOf(matrix.functions),
    'cases confirmed': keptOf(matrix.cases),
    outcome: item.reason ?? item.status,
  })
  printRows(found.map(line), false)
}
