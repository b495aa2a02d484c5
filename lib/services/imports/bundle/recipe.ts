import { createHash } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { pairChoiceSchema } from '@/lib/contracts/export'
import { plainObjectSchema } from '@/lib/contracts/plain-object'
import { AppError } from '@/lib/errors'
import { readNamed, streamNamed } from '@/lib/files'
import { definitionHash } from '../../runs/definition'
import { MAX_UPLOAD_BYTES } from '../uploads'

/** Name of the file that says how an export came about. */
export const RECIPE = 'recipe.yaml'
/** Cards of a hundred columns with their prompts are some MB. */
const MAX_RECIPE = 32 << 20

const cardSchema = z.looseObject({
  column: z.string(),
  label: z.string().default(''),
  formula_hash: z.string().optional(),
  run: z.looseObject({ definition_hash: z.string(), definition: plainObjectSchema }).nullish(),
})
type Card = z.infer<typeof cardSchema>

const recipeSchema = z.looseObject({
  tool: z.literal('evolens'),
  data_set: z.string(),
  columns_written: z.array(z.string()).default([]),
  metric_cards: z.array(cardSchema).default([]),
  pairs: z.looseObject({ of: pairChoiceSchema.shape.of }).optional(),
  rows_out: z.number(),
  options: z.looseObject({ lineage: z.boolean().default(false) }).optional(),
  /** SHA-256 of files by their paths in the folder. */
  files: z.record(z.string(), z.string()).default({}),
  sources: z
    .array(
      z.looseObject({
        sha256: z.string(),
        seed_set: z.string(),
        evolver: z.string(),
        round: z.number(),
        rows_exported: z.number(),
      }),
    )
    .default([]),
  bundle: z
    .looseObject({
      rows_out: z.number(),
      files: z.record(z.string(), z.string()).default({}),
    })
    .optional(),
})
/** How an export came about, as its recipe states it. */
export type Recipe = z.infer<typeof recipeSchema>

/** Returns an error about an export whose parts contradict each other. */
export function contradiction(name: string, what: string): AppError {
  return new AppError(
    'data_error',
    `${name}: ${what} The export was changed after it was written, so its lineage and values would go to wrong rows. Export it again, or remove its sidecar and recipe to import the rows alone.`,
  )
}

/** Returns the recipe of a folder for one of its data sets, null where there is none for it. Throws `data_error` for one that cannot be read. */
export async function readRecipe(folder: string, dataSet: string | null): Promise<Recipe | null> {
  const file = path.join(/*turbopackIgnore: true*/ folder, RECIPE)
  if (!(await fs.lstat(file).catch(() => null))?.isFile()) return null
  const text = (await readNamed(file, { what: 'The recipe', maxBytes: MAX_RECIPE })).toString()
  let value: unknown
  try {
    value = parse(text)
  } catch {
    throw contradiction(RECIPE, 'This is not YAML.')
  }
  // Other tools write files of this name too.
  if (plainObjectSchema.safeParse(value).data?.['tool'] !== 'evolens') return null
  const recipe = recipeSchema.safeParse(value)
  if (!recipe.success) {
    const [issue] = recipe.error.issues
    throw contradiction(RECIPE, `${issue?.path.join('.') ?? ''} is not as Evolens writes it.`)
  }
  return dataSet === null || recipe.data.data_set === dataSet ? recipe.data : null
}

/** Throws `data_error` where a file is not the one that the recipe was written with. */
export async function checkSums(
  recipe: Recipe,
  folder: string,
  files: readonly string[],
): Promise<void> {
  const sums = { ...recipe.files, ...recipe.bundle?.files }
  for (const file of files) {
    const name = path.relative(folder, file).split(path.sep).join('/')
    const stated = Object.hasOwn(sums, name) ? sums[name] : undefined
    if (stated === undefined) continue
    const hash = createHash('sha256')
    const named = { what: 'The file', maxBytes: MAX_UPLOAD_BYTES }
    for await (const chunk of streamNamed(file, named)) hash.update(chunk)
    if (hash.digest('hex') !== stated)
      throw contradiction(name, 'Its SHA-256 is not the one that recipe.yaml states.')
  }
}

/** Returns the hash of the definition that a card states. Throws `data_error` where the card contradicts itself. */
export function statedDefinition(card: Card): string {
  const { run, formula_hash: formula } = card
  if (!run) return formula ?? definitionHash({ column: card.column, formula: card['formula'] })
  if (definitionHash(run.definition) !== run.definition_hash)
    throw contradiction(
      RECIPE,
      `The definition of ${card.column} does not have the hash beside it.`,
    )
  return run.definition_hash
}

/** Returns the names of columns here by their keys: the labels of their cards, with the key where two have the same. */
export function columnNames(keys: readonly string[], recipe: Recipe | null): Map<string, string> {
  const labels = new Map(recipe?.metric_cards.map(({ column, label }) => [column, label]))
  const all = keys.map((key) => labels.get(key) ?? '')
  return new Map(
    keys.map((key, i) => {
      const label = all[i] as string
      const isTold = label !== '' && all.indexOf(label) === all.lastIndexOf(label)
      return [key, isTold ? label : label === '' ? key : `${label} (${key})`]
    }),
  )
}
