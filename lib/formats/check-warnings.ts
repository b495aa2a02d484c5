import { leftoverTexts } from './leftover'
import { quote } from './shared/build-row'
import { isEvolvedAnswer, perhapsParent } from './shared/flat-mapping'
import type {
  CanonicalRow,
  ColumnMapping,
  DetectionIssue,
  FormatDefinition,
  HeadInfo,
  RowFlag,
} from './types'

/** Returns an issue that is told and asks nothing. */
export function warn(code: string, message: string): DetectionIssue {
  return { severity: 'warn', code, message }
}

function warnFlags(rows: readonly CanonicalRow[]): DetectionIssue[] {
  const n = rows.length
  const count = (flag: RowFlag) => rows.filter((row) => row.flags.includes(flag)).length
  const texts: [RowFlag, string][] = [
    [
      'multimodal',
      'carry pictures, films or sounds. These stay with the rows as they are; metrics read the text alone',
    ],
    ['rejected_response', 'are labelled as bad answers. They keep their response and are flagged'],
    ['preference', 'hold answers that were compared. They are flagged'],
  ]
  return texts.flatMap(([flag, text]) => {
    const flagged = count(flag)
    return flagged > 0 ? [warn(flag, `${flagged} of the first ${n} rows ${text} (${flag}).`)] : []
  })
}

function warnRemarks(rows: readonly CanonicalRow[]): DetectionIssue[] {
  const remarked = rows.filter((row) => row.remarks)
  const [first] = remarked
  if (!first?.remarks) return []
  const more = remarked.length > 1 ? ` So have ${remarked.length - 1} more of the first rows.` : ''
  return [warn('unread_parts', `Row ${first.index + 1}: ${first.remarks.join('; ')}.${more}`)]
}

/** EvolQuality and its kin rewrite the response: which of the two is meant, only the user knows. */
function warnRewritten(head: HeadInfo, mapping: ColumnMapping): DetectionIssue[] {
  if (mapping.output === null) return []
  const other = leftoverTexts(head, mapping).find((one) => isEvolvedAnswer(one.column))
  if (!other) return []
  return [
    warn(
      'other_response',
      `${quote(mapping.output)} is read as the response, and ${quote(other.column)} is left over. Map that one if it is meant.`,
    ),
  ]
}

function warnParent(head: HeadInfo, format: FormatDefinition, mapping: ColumnMapping) {
  const column = format.family === 'flat' ? perhapsParent(head, mapping) : null
  if (column === null) return []
  return [
    warn(
      'perhaps_parent',
      `If ${quote(column)} holds the texts that the rows were made from, map it as the parent.`,
    ),
  ]
}

/** Returns what is told of the first rows under a mapping: content that is no text, answers that are no good ones, columns that may be meant. */
export function mappingWarnings(
  rows: readonly CanonicalRow[],
  head: HeadInfo,
  format: FormatDefinition,
  mapping: ColumnMapping,
): DetectionIssue[] {
  return [
    ...warnFlags(rows),
    ...warnRemarks(rows),
    ...warnRewritten(head, mapping),
    ...warnParent(head, format, mapping),
  ]
}
