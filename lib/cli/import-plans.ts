import { suggestedReading, type ImportQuestion } from '@/lib/contracts/import-questions'
import type { ImportPlan, ImportPreview } from '@/lib/contracts/study'
import { WHICH_PART } from '@/lib/contracts/values-file'
import { isPlain } from '@/lib/contracts/opening'
import { AppError } from '@/lib/errors'
import type { PreviewRequest } from '@/lib/contracts/uploads'
import { placesOf, previewUpload, type PlaceGuess } from '@/lib/services/imports'
import type { ServiceContext } from '@/lib/services/context'
import {
  entriesOf,
  entryPlace,
  entryReading,
  type PlanEntry,
  type PlanFile,
} from './import-plan-file'
import {
  columnsOf,
  mappingOf,
  namedFields,
  openingOf,
  repairHint,
  type ImportOptions,
} from './import-options'

/** A file that needs several decisions is asked again after each. */
const MAX_REPAIRS = 4

/** Quotes a value for a shell; columns and speakers have names that the file chose. */
function shellWord(text: string): string {
  return /^[\w.-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}

/** The options of `import` that take a suggestion over, empty when there is none. */
function suggestedFlags({ suggestion }: ImportQuestion): string[] {
  if (suggestion === null) return []
  const { tags, ...columns } = suggestion.mapping
  const mapped = Object.entries(columns).flatMap(([field, column]) =>
    typeof column === 'string' ? [`--${field} ${shellWord(column)}`] : [],
  )
  const roles = Object.entries(tags?.roles ?? {}).map(
    ([name, role]) => `--role ${shellWord(`${name}=${role}`)}`,
  )
  return [...mapped, ...roles]
}

/** A question with the options that answer it as suggested. */
function questionText(question: ImportQuestion): string {
  if (question.code === WHICH_PART) return `${question.message} On the command line: --part <n>.`
  const flags = suggestedFlags(question).join(' ')
  return flags === '' ? question.message : `${question.message} If so: ${flags}, or --yes.`
}

/** An option that names the field in question answers it, also with another column or none. */
function isAnswered(question: ImportQuestion, options: ImportOptions): boolean {
  if (question.code === WHICH_PART) return options.part !== undefined
  if (options.yes) return true
  const fields = namedFields(options)
  const hasRoles = options.role !== undefined
  if (question.suggestion === null)
    return fields.length > 0 || hasRoles || options.format !== undefined
  const { tags, ...columns } = question.suggestion.mapping
  return (tags != null && hasRoles) || fields.some((field) => field in columns)
}

/** Looks at one file under the options; `--yes` takes what is suggested on the way. */
async function look(
  context: ServiceContext,
  studyId: string | null,
  given: PreviewRequest,
  place: PlaceGuess | undefined,
  options: ImportOptions,
): Promise<ImportPreview> {
  const request = { ...given }
  const opening = openingOf(options)
  if (!request.opening || !isPlain(opening)) request.opening = opening
  if (!request.columns || options.column) request.columns = columnsOf(options)
  if (options.format) request.format = options.format
  const how = { isRemembering: options.remembered }
  const preview = () =>
    previewUpload(context, studyId, request, how, place && structuredClone(place))
  let first = await preview()
  for (let i = 0; options.yes && i < MAX_REPAIRS; i++) {
    const opening = first.error?.repair?.opening
    if (!opening) break
    request.opening = opening
    first = await preview()
  }
  const { plan } = first
  const open = plan.questions.filter((question) => !isAnswered(question, options))
  if (open.length > 0) return { ...first, plan: { ...plan, questions: open } }
  if (first.values) return { ...first, plan: { ...plan, questions: [] } }
  const suggested = options.yes ? suggestedReading(plan) : {}
  const mapping = mappingOf(suggested.mapping ?? plan.mapping, options)
  const isChosen = plan.questions.length > 0 || namedFields(options).length > 0 || options.role
  if (!isChosen) return first
  const format = options.format ?? suggested.format ?? (plan.format || 'generic')
  Object.assign(request, { mapping, format })
  const chosen = await preview()
  return { ...chosen, plan: { ...chosen.plan, wasAsked: plan.wasAsked } }
}

function roundOf(text: string): number {
  const round = Number(text)
  if (Number.isSafeInteger(round) && round >= 0) return round
  throw new AppError('invalid_input', `--round takes a whole number, not ${JSON.stringify(text)}.`)
}

function partOf(part: number): number {
  if (Number.isSafeInteger(part) && part >= 1) return part
  throw new AppError('invalid_input', '--part takes a whole number of 1 or more.')
}

/** Returns the plan as it is imported: with the place that options name, and the round that its arm allows. */
function placed(
  plan: ImportPlan,
  entry: PlanEntry | undefined,
  options: ImportOptions,
): ImportPlan {
  const { seedSet, arm, round, align, operators } = options
  const wanted: ImportPlan = {
    ...plan,
    ...(entry && entryPlace(entry)),
    ...(seedSet ? { seedSetKey: seedSet, seedSetLabel: seedSet } : {}),
    ...(options.seeds ? { armKey: null, armLabel: null } : {}),
    ...(arm ? { armKey: arm, armLabel: arm } : {}),
    ...(round === undefined ? {} : { round: roundOf(round) }),
    ...(align ? { align } : {}),
    ...(operators ? { operators } : {}),
    ...(options.skipBadRows ? { skipBadRows: true } : {}),
    ...(options.part === undefined ? {} : { part: partOf(options.part) }),
  }
  if (wanted.armKey === null) return { ...wanted, round: 0, align: 'none' }
  return { ...wanted, round: Math.max(1, wanted.round) }
}

/** A place that the user gives is known, whatever the name says. */
function isNamed(entry: PlanEntry | undefined, options: ImportOptions): boolean {
  const { seedSet, arm, seeds, round } = options
  return [seedSet, arm, seeds, round, entry?.seedSet, entry?.arm].some((one) => one !== undefined)
}

/** Returns the previews of files, with the plans as they are imported under the options and a plan file, which may leave files out. */
export async function plansUnder(
  context: ServiceContext,
  studyId: string | null,
  requests: readonly PreviewRequest[],
  options: ImportOptions,
  file: PlanFile | null = null,
): Promise<{ requests: PreviewRequest[]; previews: ImportPreview[] }> {
  const taken: PreviewRequest[] = []
  const previews: ImportPreview[] = []
  // Names are judged together.
  const places = await placesOf(context, studyId, requests)
  const paths = requests.map(({ relativePath }) => relativePath ?? '')
  const entries = file ? entriesOf(file, paths) : []
  for (const [k, request] of requests.entries()) {
    const entry = entries[k]
    if (entry?.import === false) continue
    const asked = { ...request, ...(file && entry ? entryReading(file, entry) : {}) }
    const place = places[k]
    const isPlaced = place === undefined || place.isPlaced || isNamed(entry, options)
    const preview = await look(context, studyId, asked, place && { ...place, isPlaced }, options)
    taken.push(request)
    previews.push({
      ...preview,
      isPlaced: preview.isPlaced || isNamed(entry, options),
      plan: placed(preview.plan, entry, options),
    })
  }
  return { requests: taken, previews }
}

/** Names the option and the columns where no instruction is chosen. */
function chooseHint({ plan, keys, error, values }: ImportPreview): string {
  if (values) return ''
  const isMapped = plan.mapping.instruction !== null || plan.mapping.messages !== null
  const isSaid = plan.questions.some(({ suggestion }) => suggestion !== null)
  const isOther = plan.format === '' || (error !== null && error.row !== null)
  if (isMapped || isSaid || isOther) return ''
  return ` On the command line: --instruction <column>. Columns: ${keys.join(', ')}.`
}

/** Returns what keeps a file from being imported, with the options that help; null when nothing does. */
export function troubleOf(preview: ImportPreview): string | null {
  const { plan, error } = preview
  const name = plan.fileName
  const choose = chooseHint(preview)
  if (plan.questions.length > 0) {
    return `${name}: ${plan.questions.map(questionText).join(' ')}${choose}`
  }
  if (!preview.isPlaced && preview.values) {
    return `${name}: it holds values without rows. Name the place of the file whose rows they are (seed set, evolver and round; import --help names the options).`
  }
  if (!preview.isPlaced) {
    return `${name}: its name does not say where it belongs, those of the other files do. Give it a place in a plan file (--plan), or import it alone.`
  }
  if (error === null || (error.canSkip && plan.skipBadRows)) return null
  const skip = error.canSkip ? ' (--skip-bad-rows imports the other rows)' : ''
  const message = error.message.startsWith(name) ? error.message : `${name}: ${error.message}`
  return `${message}${choose}${repairHint(error)}${skip}`
}
