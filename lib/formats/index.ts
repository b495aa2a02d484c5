import { alpaca } from './readers/alpaca'
import { chatTexts } from './chat-texts'
import { generic } from './readers/generic'
import { openaiMessages } from './readers/openai-messages'
import { autoifChecks, autoifReplies } from './recognisers/autoif-stages'
import { datasetInfo } from './recognisers/dataset-info'
import { msSwift } from './recognisers/ms-swift'
import { sharegpt } from './readers/sharegpt'
import type { FormatDefinition, FormatId, Recogniser } from './types'

/** Row formats in the order of detection; the first that fits a row wins. */
export const FORMATS: readonly FormatDefinition[] = [
  sharegpt,
  openaiMessages,
  alpaca,
  chatTexts,
  generic,
]

/** Files that are known and refused, tried before the row formats. */
export const RECOGNISERS: readonly Recogniser[] = [
  datasetInfo,
  autoifReplies,
  autoifChecks,
  msSwift,
]

/** Returns the format of an id. */
export function formatOf(id: FormatId): FormatDefinition {
  return FORMATS.find((format) => format.id === id) as FormatDefinition
}
