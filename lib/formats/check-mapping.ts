import { mappingWarnings, warn } from './check-warnings'
import { leftoverTexts } from './leftover'
import type { Leftover } from './leftover'
import { quote } from './shared/build-row'
import { speakerKey } from './shared/chat-format'
import { own, valueAt } from './shared/column-path'
import { roundsColumn } from './shared/flat-mapping'
import { RowProblem } from './types'
import type {
  CanonicalRow,
  ChatRole,
  ColumnMapping,
  DetectionIssue,
  FormatDefinition,
  HeadInfo,
  MappingSuggestion,
  RawRow,
} from './types'

// A message that lists more columns than this is not read.
const LISTED = 4

interface Read {
  rows: CanonicalRow[]
  unknownRoles: Map<string, ChatRole>
}

function readHead(rows: readonly RawRow[], format: FormatDefinition, mapping: ColumnMapping): Read {
  const read: Read = { rows: [], unknownRoles: new Map() }
  for (const { rowNumber, value, keys, literals, flags, error } of rows) {
    if (error || typeof value !== 'object' || value === null || Array.isArray(value)) continue
    const source = { index: rowNumber - 1, value, keys, literals, flags }
    const row = format.toCanonical(source, mapping)
    if (!(row instanceof RowProblem)) read.rows.push(row)
    else if (row.unknownRoles) {
      for (const [name, role] of Object.entries(row.unknownRoles)) read.unknownRoles.set(name, role)
    }
  }
  return read
}

function ask(code: string, message: string, suggestion?: MappingSuggestion): DetectionIssue {
  return { severity: 'ask', code, message, ...(suggestion ? { suggestion } : {}) }
}

/** Names of columns for a message. */
function listed(columns: readonly Leftover[]): string {
  const names = columns.slice(0, LISTED).map(({ column }) => quote(column))
  return names.join(', ') + (columns.length > LISTED ? ', ...' : '')
}

function askRoles(unknown: Map<string, ChatRole>, mapping: ColumnMapping): DetectionIssue[] {
  if (unknown.size === 0) return []
  const names = [...unknown.keys()].slice(0, LISTED).map(quote).join(', ')
  const seem = [...unknown]
    .slice(0, LISTED)
    .map(([name, role]) => `${quote(name)} seems to be the ${role}`)
  const roles = Object.fromEntries([...Object.entries(mapping.tags?.roles ?? {}), ...unknown])
  const tags = { role: mapping.tags?.role ?? null, content: mapping.tags?.content ?? null, roles }
  return [
    ask(
      'unknown_role',
      `The chats name speakers that are not known: ${names}. Say who they are; ${seem.join(', ')}.`,
      { mapping: { tags } },
    ),
  ]
}

function askInstruction(head: HeadInfo, mapping: ColumnMapping): DetectionIssue[] {
  if (mapping.instruction !== null || mapping.messages !== null) return []
  const left = leftoverTexts(head, mapping)
  const named = left.filter((one) => one.mayBeInstruction)
  const [only] = named
  const message = 'No column looks like the instruction. Choose one.'
  if (!only || named.length > 1) return [ask('no_instruction', message)]
  const answers = left.filter((one) => one.mayBeResponse && one.column !== only.column)
  const [answer] = answers
  const output =
    mapping.output === null && answer && answers.length === 1 ? { output: answer.column } : {}
  return [
    ask(
      'no_instruction',
      `No column is named like an instruction; ${quote(only.column)} may be it. Choose it, or another one.`,
      { mapping: { instruction: only.column, ...output } },
    ),
  ]
}

function askRounds(head: HeadInfo, mapping: ColumnMapping): DetectionIssue[] {
  const rounds = roundsColumn(head)
  if (rounds === null || mapping.instruction !== `${rounds}[0]`) return []
  const most = Math.max(
    ...head.objects.map((row) => {
      const list = own(row, rounds)
      return Array.isArray(list) ? list.length : 0
    }),
  )
  const answer = leftoverTexts(head, mapping).find(
    (one) => one.mayBeResponse && one.column.endsWith('[0]'),
  )
  const output = answer ? { output: answer.column } : {}
  return [
    ask(
      'rounds_in_row',
      `Each row lists up to ${most} rounds in ${quote(rounds)}. Only the first, ${quote(`${rounds}[0]`)}, is read as the instruction; import the file again for each further round, with ${quote(`${rounds}[1]`)} as the instruction and ${quote(`${rounds}[0]`)} as its parent, and so on.`,
      {
        mapping: { instruction: mapping.instruction, parent: mapping.parent ?? null, ...output },
      },
    ),
  ]
}

/** What a chosen answer would be mapped to: a chat of its own, or a text. */
function chosenSuggestion(
  head: HeadInfo,
  { column }: Leftover,
  mapping: ColumnMapping,
): MappingSuggestion {
  const values = head.objects.map((row) => own(row, 'chosen'))
  const speaker = values.map(speakerKey).find((key) => key !== null)
  if (!speaker || !column.startsWith('chosen[')) return { mapping: { output: column } }
  const format = speaker === 'role' ? ('openai-messages' as const) : ('sharegpt' as const)
  return {
    format,
    mapping: {
      instruction: null,
      input: null,
      output: null,
      history: null,
      messages: 'chosen',
      id: mapping.id,
    },
  }
}

function askResponse(
  read: Read,
  head: HeadInfo,
  format: FormatDefinition,
  mapping: ColumnMapping,
): DetectionIssue[] {
  if (read.rows.length === 0 || read.rows.some((row) => row.output)) return []
  const left = leftoverTexts(head, mapping).filter(({ column }) => column !== mapping.parent)
  const chosen = left.find(({ column }) => /^chosen\b/.test(column))
  if (format.family === 'chat') {
    if (chosen) {
      return [
        warn(
          'preference_chats',
          'The chats end before the answer, and the answers that were compared ("chosen", "rejected") are not read as responses.',
        ),
      ]
    }
    if (left.length === 0) return []
    const message = `No chat has an answer of the assistant, and ${listed(left)} is left over. Put the answer into the chat, or confirm that there are none.`
    return [ask('no_response', message)]
  }
  if (chosen) {
    return [
      ask(
        'preference',
        'The rows are preference data: "chosen" was preferred over "rejected". Confirm that "chosen" is to be the response.',
        chosenSuggestion(head, chosen, mapping),
      ),
    ]
  }
  if (left.length === 0) return []
  const named = left.filter((one) => one.mayBeResponse)
  const [only] = named
  if (only && named.length === 1) {
    const isList = only.most > 1
    const more = isList ? ` Rows list up to ${only.most} texts there; only the first is read.` : ''
    const input = only.column.replace(/\.output$/, '.input')
    // Self-Instruct keeps the input beside the output of each instance.
    const hasInput =
      input !== only.column && head.objects.some((row) => typeof valueAt(row, input) === 'string')
    return [
      ask(
        'no_response',
        `No row has a response, and ${quote(only.column)} looks like one.${more} Map it, or confirm that there are none.`,
        { mapping: { output: only.column, ...(hasInput ? { input } : {}) } },
      ),
    ]
  }
  const which =
    named.length > 1
      ? `more than one column looks like it: ${listed(named)}`
      : `texts are left over: ${listed(left)}`
  return [
    ask(
      'no_response',
      `No row has a response, and ${which}. Choose the response, or confirm that there are none.`,
    ),
  ]
}

/**
 * Returns what must be asked or told of rows read under a mapping: texts that are left over while no row has a response, speakers that are
 * not known, several rounds in a row, preference data, contents that are no text.
 */
export function checkMapping(
  rows: readonly RawRow[],
  head: HeadInfo,
  format: FormatDefinition,
  mapping: ColumnMapping,
): DetectionIssue[] {
  const read = readHead(rows, format, mapping)
  const rounds = askRounds(head, mapping)
  return [
    ...askInstruction(head, mapping),
    ...askRoles(read.unknownRoles, mapping),
    ...rounds,
    // The question of rounds names the response too.
    ...(rounds.length > 0 ? [] : askResponse(read, head, format, mapping)),
    ...mappingWarnings(read.rows, head, format, mapping),
  ]
}
