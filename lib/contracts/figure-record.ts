import type { FigureResult } from './figure'

/** What an exported picture says of itself. */
export interface FigureRecord {
  title: string
  /** What the picture shows, in words. */
  description: string
  /** The same facts for programs. */
  json: string
}

/** Where and when a picture was exported. */
export interface ExportMoment {
  /** Address of the view without host: "/studies/.../figures?..." */
  path: string
  /** Milliseconds since the epoch. */
  at: number
}

// Words that name a secret in an address; the interface writes none, but a person may.
const SECRET = /token|key|secret|password|auth/i

/** Returns an address without host, user and parameters that may hold a secret. */
export function viewPath(address: string): string {
  const { pathname, searchParams, hash } = new URL(address, 'http://localhost')
  const kept = [...searchParams].filter(([name]) => !SECRET.test(name))
  const query = new URLSearchParams(kept).toString()
  return `${pathname}${query === '' ? '' : `?${query}`}${hash}`
}

/** Returns the card of a figure: what a file of it carries as metadata and as text alternative. */
export function figureRecord(result: FigureResult, { path, at }: ExportMoment): FigureRecord {
  const { figure, options, filter, prepared, cards, study, citation, version } = result
  const exportedAt = new Date(at).toISOString()
  const record = {
    evolens: version,
    figure: figure.id,
    title: figure.title,
    study,
    options,
    filter,
    series: prepared.counts.map(({ label, n, valued, missing, runId, definitionHash }) => ({
      label,
      n,
      valued,
      missing,
      runId,
      definitionHash,
    })),
    runs: cards.map(({ runId, definitionHash, model }) => ({ runId, definitionHash, model })),
    notes: prepared.notes,
    reading: result.reading,
    citation,
    preparedAt: result.preparedAt === 0 ? null : new Date(result.preparedAt).toISOString(),
    exportedAt,
    path,
  }
  return {
    title: figure.title,
    description: [result.altText, ...captionLines(result), ...prepared.notes].join('\n'),
    json: JSON.stringify(record),
  }
}

/** Returns the caption of a figure: n of each series, definitions and runs. */
export function captionLines(result: FigureResult): string[] {
  const { prepared, cards, study, version } = result
  const count = (n: number) => n.toLocaleString('en-US')
  const series = prepared.counts.map(({ label, n, valued, missing }) => {
    const reasons = Object.entries(missing).map(
      ([name, rows]) => `${count(rows)} ${name.replaceAll('_', ' ')}`,
    )
    const all = valued === n ? count(n) : `${count(valued)} of ${count(n)}`
    return `${label}: n ${all}${reasons.length > 0 ? ` (${reasons.join(', ')})` : ''}`
  })
  const runs = cards.map(
    ({ runId, definitionHash, model }) =>
      `${definitionHash.slice(0, 10)}${model === null ? '' : `, ${model}`}, run ${runId.slice(0, 8)}`,
  )
  return [
    ...(series.length > 0 ? [`${series.join('; ')}.`] : []),
    ...(runs.length > 0 ? [`Definitions: ${runs.join('; ')}.`] : []),
    `${study === null ? 'Generated example data' : `Study ${study}`}, Evolens ${version}.`,
  ]
}
