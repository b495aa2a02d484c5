import fs from 'node:fs'
import type { Command } from 'commander'
import {
  claimChoiceSchema,
  OWN_CLAIMS_SIZE,
  VERDICTS,
  type ClaimCard,
} from '@/lib/contracts/claims'
import { formatMetric } from '@/lib/contracts/format'
import { readNamed } from '@/lib/files'
import { checkClaims, verdictCounts } from '@/lib/services/claims'
import { saveOwnClaims } from '@/lib/services/claims/own'
import { claimsHtml, claimsMarkdown } from '@/lib/services/claims/report'
import { getStudy } from '@/lib/services/studies'
import { parseOption } from '../options'
import {
  endLine,
  printCitation,
  printJson,
  printLine,
  printRows,
  say,
  sayAgain,
  wantsJson,
} from '../output'
import { openStudy } from '../study-command'

interface ClaimsCommand {
  study: string
  claim: string[]
  small?: string
  large?: string
  margin?: string
  own?: string
  save?: boolean
  cite?: true
  markdown?: string
  html?: string
}

function printCard({
  id,
  verdict,
  claim,
  because,
  deviations,
  actions,
  findings,
}: ClaimCard): void {
  printLine(`${id}  ${VERDICTS[verdict]}: ${claim}`)
  if (because) say('Reason', because)
  if (deviations.length > 0) say('Otherwise', `${deviations.join('; ')}.`)
  for (const { text } of actions) say('To do', text)
  if (findings.length > 0) {
    printRows(
      findings.map((finding) => ({
        difference: finding.label,
        effect: formatMetric(finding.effect),
        low: formatMetric(finding.low),
        high: formatMetric(finding.high),
        p: formatMetric(finding.pHolm),
        n: `${finding.n} of ${finding.of}`,
        published: finding.published?.text ?? '-',
        says: finding.state,
      })),
      false,
    )
  }
  printLine('')
}

async function claims(command: ClaimsCommand, json: boolean): Promise<void> {
  const { studyId, ...context } = openStudy(command)
  const { small = null, large = null, margin, own } = command
  const choice = parseOption(
    claimChoiceSchema,
    { small, large, ...(margin === undefined ? {} : { margin: Number(margin) }) },
    'claims',
  )
  const ownText =
    own === undefined
      ? undefined
      : (
          await readNamed(own, { what: 'The file of own claims', maxBytes: 4 * OWN_CLAIMS_SIZE })
        ).toString('utf8')
  const cards = await checkClaims(context.db, studyId, choice, {
    ...(command.claim.length > 0 ? { ids: command.claim } : {}),
    ...(ownText === undefined ? {} : { ownText }),
    onProgress: (done, total) => {
      if (!json) sayAgain('Claims', `${done} of ${total} checked`)
    },
  })
  if (!json) endLine()
  if (ownText !== undefined && command.save) saveOwnClaims(context.db, studyId, ownText)
  const { name } = getStudy(context.db, studyId)
  if (command.markdown) fs.writeFileSync(command.markdown, claimsMarkdown(name, cards))
  if (command.html) fs.writeFileSync(command.html, claimsHtml(name, cards))
  if (json) {
    printJson(cards)
    return
  }
  if (command.cite) {
    for (const { citation } of cards) printCitation(citation)
    return
  }
  for (const card of cards) printCard(card)
  printLine(verdictCounts(cards))
}

/** Adds `claims`. */
export function addClaimsCommand(program: Command): void {
  program
    .command('claims')
    .description('check the claims of the paper, and your own, on a study')
    .requiredOption('--study <name or id>', 'study')
    .option(
      '--claim <id>',
      'claim, for example C02; may be given several times',
      (text: string, before: string[]) => [...before, text],
      [],
    )
    .option('--small <evolver>', 'small evolver, where the study has not exactly one')
    .option('--large <evolver>', 'large evolver, where the study has not exactly one')
    .option('--margin <points>', 'points by which general ability may be lower (C07)')
    .option('--own <file>', 'check the claims of this YAML file instead of those kept')
    .option('--save', 'keep the file of --own with the study')
    .option('--cite', 'print a sentence and a BibTeX entry for each claim')
    .option('--markdown <file>', 'write the claims as Markdown')
    .option('--html <file>', 'write the claims as one HTML file')
    .action((command: ClaimsCommand) => claims(command, wantsJson(program)))
}
