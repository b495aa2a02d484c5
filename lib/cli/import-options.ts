import { Option, type Command } from 'commander'
import { CHAT_ROLES, MAPPED_FIELDS, type ChatRole, type MappedField } from '@/lib/contracts/cell'
import { IMPORTED_KINDS, importedColumnsSchema } from '@/lib/contracts/imported-values'
import { ENCODINGS, type Encoding, type Opening, PLAIN_OPENING } from '@/lib/contracts/opening'
import type { ImportPlan } from '@/lib/contracts/study'
import { AppError } from '@/lib/errors'
import { FORMAT_IDS, type ColumnMapping } from '@/lib/formats/types'

/** What `--repair` mends, and the decision behind it. */
const REPAIRS = {
  'lone-surrogates': { loneSurrogates: 'replace' },
  'duplicate-keys': { duplicateKeys: 'last' },
} as const satisfies Record<string, Partial<Opening>>
type Repair = keyof typeof REPAIRS

/** Options of `import` as commander reads them. */
export type ImportOptions = { [field in MappedField]?: string } & {
  study: string
  seedSet?: string
  arm?: string
  seeds?: boolean
  round?: string
  align?: ImportPlan['align']
  operators?: ImportPlan['operators']
  format?: string
  role?: string[]
  column?: string[]
  encoding?: Encoding
  unwrap?: boolean
  repair?: Repair[]
  skipBadRows?: boolean
  part?: number
  yes?: boolean
  config?: string
  split?: string
  dryRun?: boolean
  plan?: string
  savePlan?: string
  remembered: boolean
  allOrNothing?: boolean
}

const COLUMN_TEXT: Record<MappedField, string> = {
  instruction: 'column of the instruction',
  input: 'column of the input',
  output: 'column of the response',
  system: 'column of the system prompt',
  history: 'column of earlier turns',
  messages: 'column of the chat',
  tools: 'column of the tools',
  id: 'column of the id',
  parent: 'column of the text that the row was made from',
  label: 'column that says whether the response is a good one',
}

function collect(value: string, before: string[] = []): string[] {
  return [...before, value]
}

/** Adds the options that say how files are read; the mapping's follow its fields. */
export function addReadingOptions(command: Command): Command {
  for (const field of MAPPED_FIELDS) {
    command.option(`--${field} <column>`, `${COLUMN_TEXT[field]} ('' for none)`)
  }
  return command
    .addOption(new Option('--format <id>', 'format of the rows').choices([...FORMAT_IDS]))
    .option('--role <name=role>', `who a speaker of chats is: ${CHAT_ROLES.join(', ')}`, collect)
    .option(
      '--column <name=kind>',
      `column to filter, sort and draw by; kinds: ${IMPORTED_KINDS.join(', ')}; tags in one text: name=tags:<separator>`,
      collect,
    )
    .addOption(new Option('--encoding <name>', 'encoding of the text').choices([...ENCODINGS]))
    .option('--unwrap', 'the rows lie in an array inside one object')
    .addOption(
      new Option(
        '--repair <what...>',
        'lone-surrogates: put U+FFFD for half a pair; duplicate-keys: keep the last value of a repeated key',
      ).choices(Object.keys(REPAIRS)),
    )
    .option(
      '--part <n>',
      'of a file of several results of whole data sets: which one belongs to the place',
      Number,
    )
    .option('--skip-bad-rows', 'import the rest where single rows are broken')
    .option('--yes', 'take the suggestions that are shown')
}

/** Returns name and value of `name=value`; a name may hold further signs of equality. */
function pair(option: string, text: string): [string, string] {
  const at = text.lastIndexOf('=')
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)]
  throw new AppError('invalid_input', `Write ${option} as name=value, not ${JSON.stringify(text)}.`)
}

/** Returns the speakers that `--role name=who` options name. Throws `invalid_input` for a who that is none. */
export function rolesOf(values: readonly string[]): Record<string, ChatRole> {
  const roles = values.map((value): [string, ChatRole] => {
    const [name, who] = pair('--role', value)
    const role = CHAT_ROLES.find((known) => known === who)
    if (role) return [name, role]
    throw new AppError(
      'invalid_input',
      `--role ${value}: write the name in the file, "=" and one of ${CHAT_ROLES.join(', ')}.`,
    )
  })
  return Object.fromEntries(roles)
}

/** Returns the decisions about how the files are opened. */
export function openingOf(options: ImportOptions): Opening {
  const repairs = (options.repair ?? []).map((name) => REPAIRS[name])
  return Object.assign({}, PLAIN_OPENING, ...repairs, {
    encoding: options.encoding ?? null,
    unwrap: options.unwrap === true,
  }) as Opening
}

/** Returns the columns that were chosen; throws `invalid_input` naming the kinds that there are. */
export function columnsOf(options: ImportOptions): ImportPlan['columns'] {
  const columns = (options.column ?? []).map((text) => {
    const [column, what] = pair('--column', text)
    const [kind = '', separator] = what.split(/:(.*)/s)
    return { column, kind, ...(separator === undefined ? {} : { separator }) }
  })
  const parsed = importedColumnsSchema.safeParse(columns)
  if (parsed.success) return parsed.data
  const known = IMPORTED_KINDS.join(', ')
  throw new AppError(
    'invalid_input',
    `--column takes name=kind, each column once. Kinds: ${known}. Tags in one text: name=tags:<separator>.`,
  )
}

/** Fields of the mapping that options name. */
export function namedFields(options: ImportOptions): MappedField[] {
  return MAPPED_FIELDS.filter((field) => options[field] !== undefined)
}

/** Returns a mapping with the columns that options name; an empty name clears a field. */
export function mappingOf(mapping: ColumnMapping, options: ImportOptions): ColumnMapping {
  const named = namedFields(options).map((field) => [field, options[field] || null])
  const roles = rolesOf(options.role ?? [])
  const tags = mapping.tags ?? { role: null, content: null, roles: {} }
  return {
    ...mapping,
    ...(Object.fromEntries(named) as Partial<ColumnMapping>),
    ...(Object.keys(roles).length > 0
      ? { tags: { ...tags, roles: { ...tags.roles, ...roles } } }
      : {}),
  }
}

/** Returns the options that make a file readable, as a hint behind an error; empty where nothing does. */
export function repairHint(
  error: { repair: { field: keyof Opening; opening: Opening | null } | null } | null,
): string {
  const repair = error?.repair
  if (!repair) return ''
  const { field, opening } = repair
  if (field === 'unwrap') return ' If so: --unwrap, or --yes.'
  if (field === 'loneSurrogates') return ' To replace it: --repair lone-surrogates, or --yes.'
  if (field === 'duplicateKeys') {
    return ' To keep the last value of each: --repair duplicate-keys, or --yes.'
  }
  const encoding = opening?.encoding
  if (!encoding) return ` Name the encoding: --encoding ${ENCODINGS.join('|')}.`
  return ` It looks like ${encoding}; if so: --encoding ${encoding}, or --yes.`
}
