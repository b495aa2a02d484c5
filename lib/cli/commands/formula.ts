import type { Command } from 'commander'
import type { FormulaPreview } from '@/lib/contracts/formula'
import { AppError } from '@/lib/errors'
import { FormulaError, pointedAt } from '@/lib/formulas/error'
import { FUNCTIONS } from '@/lib/formulas/functions'
import { FORMULA_PRESETS } from '@/lib/formulas/presets'
import {
  addFormula,
  changeFormula,
  deleteFormula,
  listFormulas,
  restoreFormula,
} from '@/lib/services/formulas'
import { previewFormula } from '@/lib/services/formulas/preview'
import { printJson, printLine, printRows, say } from '../output'
import { addStudyGroup, openStudy, type OfStudy } from '../study-command'

/** Returns what a formula's work gives; an error of the formula shows the part that is meant. */
function pointing<R>(text: string, work: () => R): R {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof FormulaError)) throw error
    throw new AppError('invalid_input', `${error.message}\n${pointedAt(text, error.span)}`)
  }
}

/** Returns the id of a formula column that is named by its id, name or column. */
function idOf(options: OfStudy, named: string): string {
  const { db, studyId } = openStudy(options)
  const found = listFormulas(db, studyId).find(
    ({ id, name, column }) => named === id || named === name || named === column,
  )
  if (!found) {
    throw new AppError(
      'not_found',
      `This study has no formula column "${named}". "formula list" names them.`,
    )
  }
  return found.id
}

const DIGITS = 6
const short = (value: unknown) =>
  typeof value === 'number' ? Number(value.toPrecision(DIGITS)) : value

function printPreview(preview: FormulaPreview & { isValid: true }): void {
  const { type, levels, rows, valued, missing, edges, counts, sample } = preview
  say('Gives', levels ? levels.join(', ') : type === 'flag' ? 'yes or no' : 'a number')
  say('Reads', preview.reads.join(', '))
  say('Hash', preview.hash)
  say('Rows', `${valued} of ${rows} have a value`)
  for (const [reason, count] of Object.entries(missing)) say('', `${count} ${reason}`)
  const names = type === 'flag' ? ['no', 'yes'] : levels
  printRows(
    counts.map((count, k) => ({
      ...(names ? { value: names[k] } : { from: short(edges[k]), to: short(edges[k + 1]) }),
      rows: count,
    })),
    false,
  )
  printLine('')
  printRows(
    sample.map(({ instruction, inputs, value }) => ({
      value: short(value.value ?? value.status),
      ...Object.fromEntries(
        Object.entries(inputs).map(([id, one]) => [id, short(one.value ?? one.status)]),
      ),
      instruction: instruction.slice(0, 40),
    })),
    false,
  )
}

async function preview(text: string, options: OfStudy, json: boolean): Promise<void> {
  const { db, studyId } = openStudy(options)
  const found = await previewFormula(db, studyId, { text, own: null })
  if (json) printJson(found)
  else if (found.isValid) printPreview(found)
  if (found.isValid) return
  const { problem } = found
  throw new FormulaError(text, problem, `${problem.message}\n${pointedAt(text, problem)}`)
}

/** Adds `formula add|change|list|preview|remove|restore|functions`: columns computed from other columns. */
export function addFormulaCommand(program: Command): void {
  const { group, add, json } = addStudyGroup(
    program,
    'formula',
    'columns computed from others, as in "complexity * quality"',
  )
  add('list', 'the formula columns of a study').action((options: OfStudy) => {
    const { db, studyId } = openStudy(options)
    const all = listFormulas(db, studyId)
    if (json()) printJson(all)
    else
      printRows(
        all.map(({ name, column, version, text }) => ({ name, column, version, formula: text })),
        false,
      )
  })
  add('add <name> <formula>', 'make a column of a formula').action(
    (name: string, text: string, options: OfStudy) => {
      const { db, studyId } = openStudy(options)
      const made = pointing(text, () => addFormula(db, studyId, { name, text }))
      if (json()) printJson(made)
      else say('Added', `${made.column}, version ${made.version}, ${made.hash}`)
    },
  )
  add('change <column> <formula>', 'give a formula column a new version')
    .option('--name <name>', 'another name')
    .action((column: string, text: string, options: OfStudy & { name?: string }) => {
      const { db, studyId } = openStudy(options)
      const id = idOf(options, column)
      const old = listFormulas(db, studyId).find((one) => one.id === id)
      const name = options.name ?? old?.name ?? column
      const made = pointing(text, () => changeFormula(db, studyId, id, { name, text }))
      if (json()) printJson(made)
      else say('Changed', `${made.column}, version ${made.version}, ${made.hash}`)
    })
  add('preview <formula>', 'what a formula would give: counts, reasons, ten rows').action(
    (text: string, options: OfStudy) => preview(text, options, json()),
  )
  add('remove <column>', 'delete a formula column; "restore" undoes it for seven days').action(
    (column: string, options: OfStudy) => {
      const { db, studyId } = openStudy(options)
      const id = idOf(options, column)
      deleteFormula(db, studyId, id)
      say('Deleted', `${column}; "formula restore ${id}" brings it back`)
    },
  )
  add('restore <id>', 'bring a deleted formula column back').action(
    (id: string, options: OfStudy) => {
      const { db, studyId } = openStudy(options)
      say('Restored', restoreFormula(db, studyId, id).column)
    },
  )
  group
    .command('functions')
    .description('the functions that formulas may call, and formulas to begin with')
    .action(() => {
      if (json()) {
        const functions = FUNCTIONS.map(({ name, form, means }) => ({ name, form, means }))
        printJson({ functions, presets: FORMULA_PRESETS })
        return
      }
      printRows(
        FUNCTIONS.map(({ form, means }) => ({ function: form, means })),
        false,
      )
      printLine('')
      printRows(
        FORMULA_PRESETS.map(({ name, text }) => ({ preset: name, formula: text })),
        false,
      )
    })
}
