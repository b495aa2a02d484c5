import type { ProbePort } from './port'
import { judge, type ProbeRun } from './run'

/** Any competent model finds this text easy, and no token follows itself, so values shifted by one stand out. */
export const PROBE_TEXT = 'Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday'
/** Its beginning is the probe text, so that the first scores must be the same. */
export const LONGER_TEXT = `${PROBE_TEXT}, ${PROBE_TEXT}`

/** Returns whether two lists hold the same ids. */
export function equal(a: Int32Array, b: Int32Array): boolean {
  return a.length === b.length && a.every((id, i) => id === b[i])
}

/** Tokenizes the probe text; returns its ids with special tokens, or null when the server's tokenizer is of no use. */
export async function tokenizeSteps(run: ProbeRun, port: ProbePort): Promise<Int32Array[] | null> {
  const { session } = port
  if (!session.tokenize) return null
  const texts = [PROBE_TEXT, LONGER_TEXT]
  let plain: Int32Array[] = []
  let special: Int32Array[] = []
  const good = await run.step(
    'tokenize',
    async () => {
      plain = (await session.tokenize?.(texts, false, run.signal)) ?? []
      special = (await session.tokenize?.(texts, true, run.signal)) ?? []
      const [ids] = plain
      if (!ids || ids.length < 2) return judge(false, 'the probe text has no tokens')
      const back = await port.detokenize?.(ids, run.signal)
      if (back === undefined) return judge(true, `${ids.length} tokens; no way back to text`)
      return judge(
        back === PROBE_TEXT,
        back === PROBE_TEXT
          ? `${ids.length} tokens, which return the text`
          : 'the tokens of a text return another text',
      )
    },
    port.remedies.tokenize,
  )
  if (!good) return null
  await run.step('bos', async () => {
    const [ids = new Int32Array()] = plain
    const [full = new Int32Array()] = special
    const added = full.length - ids.length
    const { bosId, settings } = session.identity
    if (!equal(full.subarray(added), ids) || added > 1) {
      const twice = added === 2 && full[0] === full[1]
      return judge(
        false,
        twice
          ? `the BOS (${full[0]}) is added twice`
          : `special tokens other than one BOS are added (${full.length} tokens instead of ${ids.length})`,
        {
          remedy:
            'Serve the model with its own tokenizer files; the chat template must not add a BOS that the tokenizer adds as well.',
        },
      )
    }
    const own = added === 1 ? (full[0] as number) : null
    if (own !== bosId) return judge(false, `BOS ${own} now, ${bosId} when the server was opened`)
    if (settings.hiddenBos !== undefined) {
      return judge(
        true,
        'added unseen by the server; the first token of a text never has a score, with it or without',
      )
    }
    return judge(true, own === null ? 'none is added' : `${own} is added in front of a text`)
  })
  return special
}
