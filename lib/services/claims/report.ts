import { VERDICTS, type ClaimCard, type Finding } from '@/lib/contracts/claims'
import { DASH, formatCount, formatMetric, plural, shortHash } from '@/lib/contracts/format'
import { markupText } from '@/lib/contracts/plain-text'
import { byQuestion, verdictCounts } from '.'

/** Titles and cells of a claim's findings, as every report writes them. */
const COLUMNS: readonly (readonly [title: string, cell: (finding: Finding) => string])[] = [
  ['Difference', ({ label }) => label],
  ['A - B', ({ a, b }) => `${a} - ${b}`],
  ['Effect', ({ effect, unit }) => withUnit(formatMetric(effect), effect === null ? '' : unit)],
  ['95 % interval', ({ low, high }) => rangeText(low, high)],
  ['p (Holm)', ({ pHolm }) => pText(pHolm)],
  ['Test', ({ test }) => test ?? DASH],
  ['n of total', ({ n, of }) => `${formatCount(n)} of ${formatCount(of)}`],
  ['Units', ({ units, unitName }) => (units > 0 ? plural(units, unitName) : DASH)],
  ['Published', ({ published }) => published?.text ?? DASH],
  ['Says', ({ state, because }) => [STATE_WORDS[state], because].filter(Boolean).join(': ')],
]

const STATE_WORDS: Record<Finding['state'], string> = {
  shown: 'as claimed',
  opposite: 'the opposite',
  undecided: 'not decided',
  missing: 'no number',
  context: 'shown beside',
}

function withUnit(text: string, unit: string): string {
  return unit === '' ? text : `${text} ${unit}`
}

function rangeText(low: number | null, high: number | null): string {
  return low === null || high === null ? DASH : `${formatMetric(low)} to ${formatMetric(high)}`
}

function pText(p: number | null): string {
  if (p === null) return DASH
  return p < 0.001 ? '< 0.001' : p.toPrecision(2)
}

/** Names of what a card rests on: runs with definition and model, files of results. */
function sources({ runs, resultFiles }: ClaimCard): string[] {
  return [
    ...runs.map(
      ({ metric, definitionHash, model }) =>
        `${metric}, definition ${shortHash(definitionHash)}${model ? `, ${model}` : ''}`,
    ),
    ...resultFiles,
  ]
}

/** The lines of a card besides its table: what it is called, and what it says. */
function facts(card: ClaimCard): [name: string, text: string][] {
  const lines: [string, string][] = [
    ['Check', card.check],
    ['Published', card.published],
    ['Reason', card.because ?? ''],
    ['Otherwise than in the paper', card.deviations.join('; ')],
    ['To do', card.actions.map(({ text }) => text).join(' ')],
    ['Notes', card.notes.join(' ')],
    ['Runs and files', sources(card).join('; ')],
    ['Cite as', card.citation.sentence],
  ]
  return lines.filter(([, text]) => text !== '')
}

const RULE =
  'A difference counts as claimed only where its interval and its test, Holm-corrected over the claim, both show it; the opposite likewise. Everything else is not comparable, for the reason given. Small numbers of units are never a match.'

function heading(card: ClaimCard): string {
  return `${card.id} ${VERDICTS[card.verdict]}: ${card.claim}`
}

function inline(text: string): string {
  return text.replaceAll(/\s+/gu, ' ').replaceAll(/[\\`*_{}[\]<>|#&!]/gu, (sign) => `\\${sign}`)
}

/** Returns the cards as a Markdown document; nothing of a name is markup. */
export function claimsMarkdown(study: string, cards: readonly ClaimCard[]): string {
  const row = (cells: readonly string[]) => `| ${cells.map(inline).join(' | ')} |`
  const table = ({ findings }: ClaimCard) =>
    findings.length === 0
      ? []
      : [
          '',
          row(COLUMNS.map(([title]) => title)),
          `|${COLUMNS.map(() => ' --- ').join('|')}|`,
          ...findings.map((finding) => row(COLUMNS.map(([, cell]) => cell(finding)))),
        ]
  const card = (one: ClaimCard) => [
    `### ${inline(heading(one))}`,
    '',
    ...facts(one).map(([name, text]) => `- ${name}: ${inline(text)}`),
    ...table(one),
    '',
  ]
  return [
    `# Claims on ${inline(study)}`,
    '',
    verdictCounts(cards),
    '',
    RULE,
    '',
    ...byQuestion(cards).flatMap(({ title, cards: some }) => [
      `## ${title}`,
      '',
      ...some.flatMap(card),
    ]),
  ].join('\n')
}

const STYLE =
  'body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:75rem;padding:0 1rem;color:#1b1f24;background:#fff}table{border-collapse:collapse;font-size:13px;width:100%;margin:.5rem 0 1.5rem}th,td{border-bottom:1px solid #d0d7de;padding:.3rem .6rem .3rem 0;text-align:left;vertical-align:top}dt{font-weight:600;float:left;clear:left;width:8rem}dd{margin:0 0 .2rem 8.5rem}h3{margin:1.5rem 0 .3rem}'

/** Returns the cards as one HTML file that loads nothing; every text is escaped. */
export function claimsHtml(study: string, cards: readonly ClaimCard[]): string {
  const row = (tag: 'td' | 'th', cells: readonly string[]) =>
    `<tr>${cells.map((cell) => `<${tag}>${markupText(cell)}</${tag}>`).join('')}</tr>`
  const table = ({ findings }: ClaimCard) => {
    if (findings.length === 0) return ''
    const head = row(
      'th',
      COLUMNS.map(([title]) => title),
    )
    const rows = findings.map((finding) =>
      row(
        'td',
        COLUMNS.map(([, cell]) => cell(finding)),
      ),
    )
    return `<table><thead>${head}</thead><tbody>${rows.join('')}</tbody></table>`
  }
  const card = (one: ClaimCard) =>
    `<h3>${markupText(heading(one))}</h3><dl>${facts(one)
      .map(([name, text]) => `<dt>${markupText(name)}</dt><dd>${markupText(text)}</dd>`)
      .join('')}</dl>${table(one)}`
  const title = `Claims on ${markupText(study)}`
  const parts = byQuestion(cards).map(
    ({ title: question, cards: some }) =>
      `<h2>${markupText(question)}</h2>${some.map(card).join('')}`,
  )
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"><title>${title}</title><style>${STYLE}</style></head>
<body><h1>${title}</h1><p>${markupText(verdictCounts(cards))}</p><p>${markupText(RULE)}</p>${parts.join('')}</body></html>
`
}
