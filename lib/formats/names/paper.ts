import { evolvedGuess, withVariant, type FileNameGuess } from './guess'

// Names in the paper's code; formats.md section 2. Copies of the data name the evolver by its model.
const ITER =
  /^(alpaca|gsm8k|code|code[-_]?alpaca)-iter(\d{1,2})-([^/]+?)(-sample)?(?:-sorted-(ifd|icifd|ppl|len)-.+)?$/i
const AUTO = /^(.+)-auto-(small|large)(-sample)?(?:-sorted-(ifd|icifd|ppl|len)-.+)?$/i
const AUTOIF = /^autoif-(small|large)(-sample)?(?:-sorted-(ifd|icifd|ppl|len)-.+)?$/i
const LOGPROBS = /^logprobs-(small|large)$/i

/** Breadth is the fifth operator of Alpaca alone; the files do not record it. */
function rotationOf(seedSet: string): 'rotation4' | 'rotation5' {
  return seedSet.toLowerCase() === 'alpaca' ? 'rotation5' : 'rotation4'
}

function label(text: string): string {
  return /^(small|large)$/i.test(text) ? text.toLowerCase() : text
}

/** Returns the guess for a name of the paper's own code, or null for any other name. */
export function paperName(name: string, notes: string[]): FileNameGuess | null {
  const iter = ITER.exec(name)
  if (iter && Number(iter[2]) > 0) {
    const seedSet = (iter[1] as string).toLowerCase()
    const evolver = label(iter[3] as string)
    const guess = evolvedGuess(seedSet, Number(iter[2]), evolver, 'evol-instruct', notes)
    return withVariant({ ...guess, rotation: rotationOf(seedSet) }, iter[4] !== undefined, iter[5])
  }
  const auto = AUTO.exec(name)
  if (auto) {
    const guess = evolvedGuess(auto[1] as string, 1, label(auto[2] as string), 'auto-evol', notes)
    notes.push('Auto-Evol leaves failed rows out, so row numbers do not match those of the source.')
    return { ...withVariant(guess, auto[3] !== undefined, auto[4]), alignable: false }
  }
  const autoif = AUTOIF.exec(name)
  if (autoif) {
    const guess = evolvedGuess('autoif', 1, label(autoif[1] as string), 'autoif', notes)
    notes.push('AutoIF rows have no parent row.')
    return { ...withVariant(guess, autoif[2] !== undefined, autoif[3]), alignable: false }
  }
  const logprobs = LOGPROBS.exec(name)
  if (!logprobs) return null
  notes.push('The name is that of a pooled log-probability file, which has no rows.')
  const guess = evolvedGuess(null, null, label(logprobs[1] as string), 'other', notes)
  return { ...guess, alignable: false }
}
