import { defineRecogniser } from '../types'
import type { JsonObject } from '../types'

/** Raw superfiltering scores: {ppl: [4], loss: [4]} line by line, or {} for an empty answer. */
export const superfilteringRaw = defineRecogniser({
  id: 'superfiltering-raw',
  matches: (head) => {
    const filled = head.objects.filter((value) => Object.keys(value).length > 0)
    return filled.length > 0 && filled.every(isScore)
  },
  message:
    'These are raw superfiltering losses without texts. Import the row file, whose losses are computed here, or the scored file with ifd_ppl beside the rows.',
})

function isScore(value: JsonObject): boolean {
  const isFour = (key: string) =>
    Array.isArray(value[key]) && (value[key] as unknown[]).length === 4
  return Object.keys(value).length === 2 && isFour('ppl') && isFour('loss')
}
