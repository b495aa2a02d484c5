import { z } from 'zod'
import { texts } from './fields'
import { latexText } from './latex'
import { cleanName } from './plain-text'

export const citationSchema = z.object(texts('sentence', 'bibtex'))
export type Citation = z.infer<typeof citationSchema>

/** A run behind what is cited. */
export interface CitedRun {
  runId: string
  definitionHash: string
  model: string | null
}

/** What is cited, and the runs that its numbers come from. */
export interface CitedWork {
  kind: 'figure' | 'comparison' | 'claim'
  title: string
  /** null = generated example data. */
  study: string | null
  /** Rows or pairs that the numbers rest on, in words: "4,812 of 5,218 rows have a value". */
  basis: string
  runs: readonly CitedRun[]
  version: string
  /** When the numbers were made, in milliseconds since the epoch; null where that has no meaning. */
  at: number | null
}

// Enough digits of a hash to find it, few enough to print.
const SHOWN_DIGITS = 10
// More runs than this are counted in the sentence; the BibTeX note names them all.
const NAMED_RUNS = 4

const day = (at: number) => new Date(at).toISOString().slice(0, 10)

function runText({ runId, definitionHash, model }: CitedRun): string {
  const by = model === null ? '' : ` with ${model}`
  const run = runId === '' ? '' : `, run ${runId}`
  return cleanName(`definition ${definitionHash.slice(0, SHOWN_DIGITS)}${by}${run}`)
}

// BibTeX counts braces, escaped ones too: one alone in a name would end the entry.
function bibtexText(text: string): string {
  return latexText(cleanName(text))
    .replaceAll('\\{', '\\textbraceleft{}')
    .replaceAll('\\}', '\\textbraceright{}')
}

// FNV-1a: a key needs to differ between works, not to be secure.
function shortHash(text: string): string {
  let hash = 0x811c9dc5
  for (const char of text) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193)
  return (hash >>> 0).toString(16).padStart(8, '0')
}

/** Returns a sentence that cites the runs behind a figure, comparison or claim, and the same as a BibTeX entry. */
export function citationOf(work: CitedWork): Citation {
  const { kind, version, at } = work
  const title = cleanName(work.title)
  const study =
    work.study === null ? 'generated example data' : `the study "${cleanName(work.study)}"`
  const runs = work.runs.map(runText)
  const named =
    runs.length <= NAMED_RUNS
      ? runs.join('; ')
      : `${runs.slice(0, NAMED_RUNS).join('; ')}; and ${runs.length - NAMED_RUNS} more runs`
  const made = `Evolens ${version}${at === null ? '' : `, ${day(at)}`}`
  const basis = cleanName(work.basis)
  const facts = [basis, named].filter((text) => text !== '').join('; ')
  const words = { figure: 'Figure', comparison: 'Comparison', claim: 'Claim' }
  const sentence = `${words[kind]} "${title}" of ${study}${facts === '' ? '' : ` (${facts})`}, computed with ${made}.`
  const identity = [kind, title, work.study ?? '', basis, ...runs].join('\n')
  const note = [basis, ...runs].filter((text) => text !== '').join('; ')
  const fields: [string, string][] = [
    ['title', `{${bibtexText(title)}}`],
    ['author', '{Evolens}'],
    ...(at === null ? [] : ([['year', day(at).slice(0, 4)]] as [string, string][])),
    ['howpublished', bibtexText(`${words[kind]} of ${study}, computed with ${made}`)],
    ...(note === '' ? [] : ([['note', bibtexText(note)]] as [string, string][])),
  ]
  const lines = fields.map(([name, value]) => `  ${name} = {${value}}`)
  return {
    sentence,
    bibtex: `@misc{evolens-${kind}-${shortHash(identity)},\n${lines.join(',\n')}\n}\n`,
  }
}
