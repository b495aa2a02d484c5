import { createHash } from 'node:crypto'
import { canonicalJson } from '@/lib/contracts/canonical-json'

// Long enough to be told apart among the exports of a study.
const DIGITS = 8

/** Returns the first digits of a recipe's hash, by which a model trained on the export is known again. */
export function recipeMark(recipe: Record<string, unknown>): string {
  return createHash('sha256').update(canonicalJson(recipe)).digest('hex').slice(0, DIGITS)
}

/** Returns the folder that a model trained on an export should be saved in: results that name it attach themselves. */
export function outputFolder(name: string, recipe: Record<string, unknown>): string {
  return `saves/${name}-${recipeMark(recipe)}`
}
