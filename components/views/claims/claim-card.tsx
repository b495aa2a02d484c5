'use client'

import { Anchor, Badge, Button, Menu } from '@mantine/core'
import Link from 'next/link'
import { CiteItems } from '@/components/figures/frame/cite-menu'
import { filterQuery } from '@/components/hooks/use-view-state'
import { Facts } from '@/components/ui/facts'
import { formatCount, formatMetric, plural, shortHash } from '@/lib/contracts/format'
import { Table, type Column } from '@/components/ui/table'
import { figureHref } from '@/components/views/figures/selection'
import { VERDICTS, type ClaimCard, type Finding, type Verdict } from '@/lib/contracts/claims'
import { compareAddress } from '@/lib/contracts/compare-names'
import { emptyFilter } from '@/lib/contracts/filter'
import classes from './claims.module.css'

// Mantine's light badges have too little contrast for small text.
const TONE: Record<Verdict, string | undefined> = {
  match: classes.match,
  differs: classes.differs,
  not_comparable: undefined,
}

const SAYS: Record<Finding['state'], string> = {
  shown: 'as claimed',
  opposite: 'the opposite',
  undecided: 'not decided',
  missing: 'no number',
  context: 'shown beside',
}

function pText(p: number | null): string {
  return p !== null && p < 0.001 ? '< 0.001' : formatMetric(p)
}

function columnsOf(studyId: string): Column<Finding>[] {
  return [
    {
      name: 'Difference',
      kind: 'name',
      cell: (finding) => {
        const { label, a, b } = finding
        const url = finding.compare && compareAddress(studyId, finding.compare)
        return (
          <>
            {url ? (
              <Anchor component={Link} href={url}>
                {label}
              </Anchor>
            ) : (
              label
            )}
            <div className={classes.sides}>
              {a} − {b}
            </div>
          </>
        )
      },
    },
    {
      name: 'A − B',
      kind: 'number',
      cell: ({ effect, unit }) =>
        `${formatMetric(effect)}${effect !== null && unit ? ` ${unit}` : ''}`,
    },
    {
      name: '95 % interval',
      kind: 'number',
      hint: ({ interval }) => interval ?? undefined,
      cell: ({ low, high }) =>
        low === null ? formatMetric(null) : `${formatMetric(low)} to ${formatMetric(high)}`,
    },
    {
      name: 'p (Holm)',
      kind: 'number',
      hint: ({ test }) => test ?? undefined,
      cell: ({ pHolm }) => pText(pHolm),
    },
    {
      name: 'n of total',
      kind: 'number',
      hint: ({ units, unitName }) => plural(units, unitName),
      cell: ({ n, of }) => `${formatCount(n)} of ${formatCount(of)}`,
    },
    { name: 'Published', cell: ({ published }) => published?.text ?? formatMetric(null) },
    {
      name: 'Says',
      cell: ({ state, because }) => (because ? `${SAYS[state]}: ${because}` : SAYS[state]),
    },
  ]
}

function factsOf({ check, published, notes, runs, resultFiles }: ClaimCard) {
  const tests = runs.map(
    ({ metric, definitionHash, model }) =>
      `${metric} (${[shortHash(definitionHash), model].filter(Boolean).join(', ')})`,
  )
  const facts: [string, string][] = [
    ['Check', check],
    ['Published', published],
  ]
  const used = [...tests, ...resultFiles].join('; ')
  if (used) facts.push(['Runs and files', used])
  if (notes.length > 0) facts.push(['Notes', notes.join(' ')])
  return facts
}

/** Links to what a claim rests on. */
function Links({ studyId, card }: { studyId: string; card: ClaimCard }) {
  const { figures, rows, resultFiles, actions, citation } = card
  const filter = { ...emptyFilter(), ...rows }
  const hasResults = resultFiles.length > 0 || actions.some(({ kind }) => kind === 'results')
  const needsCompute = actions.some(({ kind }) => kind === 'compute')
  const needsImport = actions.some(({ kind }) => kind === 'import')
  return (
    <div className={classes.links}>
      {figures.map(({ id, title, options }) => (
        <Anchor component={Link} key={id} href={figureHref(studyId, id, options, filter)}>
          Figure: {title}
        </Anchor>
      ))}
      {rows ? (
        <Anchor component={Link} href={`/studies/${studyId}/rows${filterQuery(filter)}`}>
          Rows
        </Anchor>
      ) : null}
      {hasResults ? (
        <Anchor component={Link} href={`/studies/${studyId}/results`}>
          Results
        </Anchor>
      ) : null}
      {needsCompute ? (
        <Anchor component={Link} href={`/studies/${studyId}?do=compute`}>
          Compute metrics
        </Anchor>
      ) : null}
      {needsImport ? (
        <Anchor component={Link} href={`/studies/${studyId}?do=import`}>
          Import files
        </Anchor>
      ) : null}
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="subtle" size="compact-sm">
            Cite
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <CiteItems citation={citation} />
        </Menu.Dropdown>
      </Menu>
    </div>
  )
}

/** One claim: verdict with its reason, every difference behind it, and where each comes from. */
export function ClaimPanel({ studyId, card }: { studyId: string; card: ClaimCard }) {
  const { id, claim, verdict, because, deviations, actions, findings } = card
  return (
    <article className={`ev-panel ${classes.card}`} id={`claim-${id}`}>
      <div className={classes.head}>
        <span className="ev-mono">{id}</span>
        <h3 className={classes.title} dir="auto">
          {claim}
        </h3>
        <Badge variant="default" tt="none" className={TONE[verdict] ?? ''}>
          {VERDICTS[verdict]}
        </Badge>
      </div>
      {because ? (
        <p className={classes.reason} dir="auto">
          {because}
        </p>
      ) : null}
      {deviations.length > 0 ? (
        <p className={classes.reason} dir="auto">
          Otherwise than in the paper: {deviations.join('; ')}.
        </p>
      ) : null}
      {actions.map(({ text }) => (
        <p key={text} className={classes.reason} dir="auto">
          {text}
        </p>
      ))}
      {findings.length > 0 ? (
        <Table
          label={`Differences of ${id}`}
          columns={columnsOf(studyId)}
          rows={findings}
          keyOf={(_, index) => index}
          maxHeight={360}
        />
      ) : null}
      <Facts facts={factsOf(card)} />
      <Links studyId={studyId} card={card} />
    </article>
  )
}
