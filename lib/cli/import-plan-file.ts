import fs from 'node:fs'
import { stringify } from 'yaml'
import { z } from 'zod'
import { importPlanSchema, type ImportPlan, type ImportPreview } from '@/lib/contracts/study'
import { MAPPED_FIELDS } from '@/lib/contracts/cell'
import { isPlain } from '@/lib/contracts/opening'
import type { PreviewRequest } from '@/lib/contracts/uploads'
import { AppError } from '@/lib/errors'
import { emptyMapping } from '@/lib/formats/types'
import { yamlValue } from '@/lib/services/yaml-file'

const plan = importPlanSchema.shape
const column = z.string().nullable().optional()

const mappingSchema = z.strictObject({
  format: plan.format,
  ...(Object.fromEntries(MAPPED_FIELDS.map((field) => [field, column])) as {
    [field in (typeof MAPPED_FIELDS)[number]]: typeof column
  }),
  tags: plan.mapping.shape.tags,
  columns: plan.columns,
})

const entrySchema = z.strictObject({
  file: z.string().min(1),
  /** False leaves the file out. */
  import: z.boolean().default(true),
  seedSet: plan.seedSetKey.optional(),
  seedSetLabel: plan.seedSetLabel.optional(),
  /** null = the seeds. */
  arm: plan.armKey.optional(),
  armLabel: plan.armLabel.optional(),
  armClass: plan.armClass.optional(),
  scenario: plan.scenario.optional(),
  round: plan.round.optional(),
  align: plan.align.optional(),
  operators: z.string().optional(),
  /** Name of one of the mappings. */
  mapping: z.string().optional(),
  opening: plan.opening.unwrap().partial().optional(),
  skipBadRows: z.boolean().optional(),
  part: plan.part.unwrap().optional(),
})

const planFileSchema = z.strictObject({
  evolens_import: z.literal(1),
  mappings: z.record(z.string(), mappingSchema).default({}),
  files: z.array(entrySchema),
})

/** What a plan file says of one file. */
export type PlanEntry = z.infer<typeof entrySchema>
/** Places and mappings of the files of an import; what it does not say is guessed as ever. */
export type PlanFile = z.infer<typeof planFileSchema>

/** Returns a plan file that repeats the import of these files: one mapping for all files that have the same, and a place for each. */
export function planFileText(
  requests: readonly PreviewRequest[],
  previews: readonly ImportPreview[],
): string {
  const names = new Map<string, string>()
  const mappings: Record<string, unknown> = {}
  const mappingName = ({ format, mapping, columns }: ImportPlan): string => {
    const named = Object.entries(mapping).filter(([, value]) => value !== null)
    const value = { format, ...Object.fromEntries(named), ...(columns.length > 0 && { columns }) }
    const text = JSON.stringify(value)
    const name = names.get(text) ?? `mapping-${names.size + 1}`
    names.set(text, name)
    mappings[name] = value
    return name
  }
  const files = previews.map(({ plan: one, isPlaced }, k) => ({
    file: requests[k]?.relativePath ?? one.fileName,
    ...(isPlaced ? {} : { import: false }),
    seedSet: one.seedSetKey,
    seedSetLabel: one.seedSetLabel,
    arm: one.armKey,
    ...(one.armKey === null
      ? {}
      : {
          armLabel: one.armLabel ?? one.armKey,
          armClass: one.armClass,
          scenario: one.scenario,
          round: one.round,
          align: one.align,
          operators: one.operators,
        }),
    // What is asked or not known yet is not written down as if it had been decided.
    ...(one.format === '' || one.questions.length > 0 ? {} : { mapping: mappingName(one) }),
    ...(isPlain(one.opening) ? {} : { opening: one.opening }),
    ...(one.skipBadRows ? { skipBadRows: true } : {}),
    ...(one.part === null ? {} : { part: one.part }),
  }))
  return stringify({ evolens_import: 1, mappings, files }, { lineWidth: 0 })
}

/** Writes a plan file where there is none yet; throws `conflict` where one stands, since it may hold corrections. */
export function savePlanFile(path: string, text: string): void {
  try {
    fs.writeFileSync(path, text, { flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
      throw new AppError('invalid_input', `The plan cannot be written: ${(error as Error).message}`)
    }
    throw new AppError('conflict', `There is a file ${path} already. Choose another name.`)
  }
}

/** Returns a plan file; throws `not_found` or `invalid_input` with the place of what is wrong. */
export function readPlanFile(path: string): PlanFile {
  if (!fs.statSync(path, { throwIfNoEntry: false })?.isFile()) {
    throw new AppError('not_found', `There is no plan file ${path}.`)
  }
  const parsed = planFileSchema.safeParse(yamlValue(fs.readFileSync(path, 'utf8'), 'The plan file'))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const [first, no, ...rest] = issue?.path ?? []
    const isEntry = first === 'files' && typeof no === 'number'
    const place = (isEntry ? [`file ${no + 1}`, ...rest] : (issue?.path ?? [])).map(String)
    const where = place.length > 0 ? ` at ${place.join(', ')}` : ''
    throw new AppError('invalid_input', `The plan file is not valid${where}: ${issue?.message}.`)
  }
  const { files, mappings } = parsed.data
  for (const { file, mapping } of files) {
    if (mapping !== undefined && !Object.hasOwn(mappings, mapping)) {
      const named = JSON.stringify(mapping)
      throw new AppError(
        'invalid_input',
        `The plan file has no mapping ${named}; ${file} names it.`,
      )
    }
  }
  return parsed.data
}

const slashes = (path: string) => path.replaceAll('\\', '/')
const endsWith = (path: string, end: string) => path === end || path.endsWith(`/${end}`)

/**
 * Returns the entry of each file, in their order: by its path, or by the end of it, as a plan may be used from another folder. Throws
 * `invalid_input` for an entry that fits no file or several.
 */
export function entriesOf(
  { files }: PlanFile,
  paths: readonly string[],
): (PlanEntry | undefined)[] {
  const found: (PlanEntry | undefined)[] = paths.map(() => undefined)
  for (const entry of files) {
    const wanted = slashes(entry.file)
    const exact = paths.flatMap((path, k) => (slashes(path) === wanted ? [k] : []))
    const alike = paths.flatMap((path, k) =>
      endsWith(slashes(path), wanted) || endsWith(wanted, slashes(path)) ? [k] : [],
    )
    const fitting = exact.length > 0 ? exact : alike
    const [at] = fitting
    if (at === undefined || fitting.length > 1 || found[at]) {
      const why =
        at === undefined
          ? 'no such file is to be imported'
          : 'several of the files are called so, or it stands there twice'
      throw new AppError('invalid_input', `The plan file names ${entry.file}: ${why}.`)
    }
    found[at] = entry
  }
  return found
}

/** Returns how an entry wants its file to be read; empty where it does not say. */
export function entryReading(
  { mappings }: PlanFile,
  entry: PlanEntry,
): Pick<PreviewRequest, 'format' | 'mapping' | 'columns' | 'opening'> {
  const named = entry.mapping === undefined ? undefined : mappings[entry.mapping]
  const opening = entry.opening && { opening: plan.opening.parse(entry.opening) }
  if (!named) return { ...opening }
  const { format, columns, ...fields } = named
  return {
    ...opening,
    format,
    columns,
    mapping: plan.mapping.parse({ ...emptyMapping(), ...fields }),
  }
}

/** Returns where an entry wants its file to go; throws `invalid_input` for a rule of operators that there is not. */
export function entryPlace(entry: PlanEntry): Partial<ImportPlan> {
  const { seedSet, seedSetLabel, arm, armLabel, armClass, scenario, round, align } = entry
  const operators = plan.operators.unwrap().optional().safeParse(entry.operators)
  if (!operators.success) {
    throw new AppError(
      'invalid_input',
      `The plan file gives ${entry.file} the operators ${JSON.stringify(entry.operators)}; there are none, rotation4, rotation5, column:NAME and one:OPERATOR.`,
    )
  }
  const given: Partial<ImportPlan> = {
    ...(seedSet !== undefined && { seedSetKey: seedSet, seedSetLabel: seedSetLabel ?? seedSet }),
    ...(arm !== undefined && { armKey: arm, armLabel: armLabel ?? arm }),
    ...(armClass && { armClass }),
    ...(scenario && { scenario }),
    ...(round !== undefined && { round }),
    ...(align && { align }),
    ...(operators.data && { operators: operators.data }),
    ...(entry.skipBadRows !== undefined && { skipBadRows: entry.skipBadRows }),
    ...(entry.part !== undefined && { part: entry.part, questions: [] }),
  }
  return given
}
