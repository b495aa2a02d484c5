import type { Leak } from '@/lib/contracts/subset'
import { AppError } from '@/lib/errors'
import { gramIndex } from '../ngrams'
import type { Rule } from '../types'

/** Leaks that are listed with item and n-gram; all are counted and left out. */
const LISTED = 500
// Enough of an item to know it again in a list.
const ITEM_CHARACTERS = 200

export const decontaminate: Rule<'decontaminate'> = {
  label: 'Decontaminate',
  description:
    'Leaves out rows that share n-grams with items of a benchmark. Texts are compared in lower case and Unicode form NFKC, word by word without punctuation, Chinese, Japanese and Korean character by character.',
  *apply(rule, kept, data) {
    if (rule.benchmarks.length === 0) {
      throw new AppError('invalid_input', 'Add a benchmark file whose items are looked for.')
    }
    const benchmarks = rule.benchmarks.map((sha256) => data.benchmark(sha256))
    const index = gramIndex(benchmarks, rule.n)
    yield
    const leaks: Leak[] = []
    const leaking = new Set<number>()
    const items = new Set<string>()
    yield* data.texts(kept.slice(), rule.text, (row, text) => {
      const found = index.find(text).filter(({ share }) => share >= rule.share)
      if (found.length === 0) return
      kept[row] = 0
      leaking.add(row)
      for (const { benchmark, item, ngram, share } of found) {
        items.add(`${benchmark}/${item}`)
        if (leaks.length >= LISTED) continue
        const { name, items: texts } = benchmarks[benchmark] as (typeof benchmarks)[number]
        const shown = (texts[item] as string).slice(0, ITEM_CHARACTERS)
        leaks.push({ ...data.place(row), benchmark: name, item: shown, itemNo: item, ngram, share })
      }
    })
    const notes = [
      `${leaking.size} rows share ${rule.n}-grams with ${items.size} of ${index.items} items`,
    ]
    if (index.tooShort > 0) {
      notes.push(`${index.tooShort} items have fewer than ${rule.n} words and cannot be looked for`)
    }
    return { notes, leaks }
  },
}
