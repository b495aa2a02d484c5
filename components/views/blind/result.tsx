'use client'

import { Button, Menu, Text } from '@mantine/core'
import { ArmMark } from '@/components/figures/arm-mark'
import { blindExportUrl, useBlindResult } from '@/components/hooks/use-blind'
import { Facts } from '@/components/ui/facts'
import {
  DASH,
  formatCount,
  formatDateTime,
  formatDuration,
  formatMetric,
  formatShare,
  plural,
} from '@/lib/contracts/format'
import { Term } from '@/components/ui/info-tip'
import { Section } from '@/components/ui/page'
import { EmptyState, Notice, QueryState } from '@/components/ui/states'
import { Table, type Column } from '@/components/ui/table'
import { BLIND_EXPORT_FORMATS, type BlindAgreement, type BlindResult } from '@/lib/contracts/blind'
import type { StudyDetail } from '@/lib/contracts/study'
import classes from './blind.module.css'

type Share = BlindResult['win']

const share = ({ k, n }: Share) => (n === 0 ? DASH : formatShare(k / n))

function interval({ low, high }: { low: number | null; high: number | null }, show = formatShare) {
  return low === null || high === null ? DASH : `${show(low)} to ${show(high)}`
}

function ofCounts(given: Share): string {
  return given.n === 0
    ? 'no pair was decided'
    : `${share(given)} (${formatCount(given.k)} of ${formatCount(given.n)}; 95 % interval ${interval(given)})`
}

/** The side's mark and name, known at last. */
function SideName({ detail, side }: { detail: StudyDetail; side: BlindResult['sides']['a'] }) {
  const arm = detail.arms.find(({ key }) => key === side.arm)
  return (
    <span className={classes.side}>
      <ArmMark colorIndex={arm?.colorIndex ?? null} /> {side.label}
    </span>
  )
}

function Outcome({ detail, result }: { detail: StudyDetail; result: BlindResult }) {
  const { sides, win, tie, lose } = result
  const rows = [
    { key: 'a', name: <SideName detail={detail} side={sides.a} />, share: win },
    { key: 'tie', name: 'Tie', share: tie },
    { key: 'b', name: <SideName detail={detail} side={sides.b} />, share: lose },
  ]
  const columns: Column<(typeof rows)[number]>[] = [
    { name: 'Chosen', kind: 'name', cell: ({ name }) => name },
    { name: 'Pairs', kind: 'number', cell: (row) => formatCount(row.share.k) },
    { name: 'Share', kind: 'number', cell: (row) => share(row.share) },
    { name: '95 % interval', kind: 'number', cell: (row) => interval(row.share) },
  ]
  return <Table label="Verdicts" columns={columns} rows={rows} keyOf="key" className="ev-panel" />
}

function factsOf({ plan, decided, p, left, time, session, sides }: BlindResult) {
  const facts: [string, string][] = [
    [`${sides.a.label}, of the decided pairs`, ofCounts(decided)],
    ['Sign test without ties', p === null ? DASH : `p = ${formatMetric(p)} (exact, two-sided)`],
    [
      'Left chosen, of the decided pairs',
      `${ofCounts(left)}${left.p === null ? '' : `; p = ${formatMetric(left.p)} for one half`}`,
    ],
    [
      'Time a pair',
      time
        ? `${formatDuration(time.median)} (median; middle half ${formatDuration(time.lower)} to ${formatDuration(time.upper)}), ${formatDuration(time.total)} in all`
        : DASH,
    ],
    [
      'Pairs',
      `${plural(session.pairs, 'pair')} drawn with random seed ${plan.seed} from ${plural(plan.eligible, 'seed')} with a pair; ${plural(plan.equal, 'seed')} passed over because the texts are equal`,
    ],
    [
      'Session',
      `${session.person}, ${formatDateTime(session.createdAt)} to ${session.endedAt === null ? DASH : formatDateTime(session.endedAt)}; ${formatCount(session.judged)} judged, ${formatCount(session.skipped)} skipped`,
    ],
  ]
  return facts
}

const KIND_TEXT = { person: 'Person', model: 'Judge model', length: 'Length' }
const NO_KAPPA: Record<string, string> = {
  n_too_small: 'no pair has both verdicts',
  zero_denominator: 'both always chose the same side',
}

function Agreement({ rows }: { rows: readonly BlindAgreement[] }) {
  const columns: Column<BlindAgreement>[] = [
    { name: 'With', kind: 'line', cell: ({ kind }) => KIND_TEXT[kind] },
    { name: 'Name', kind: 'wrap', cell: ({ label }) => label },
    { name: 'Pairs', kind: 'number', cell: ({ n }) => formatCount(n) },
    {
      name: 'Same verdict',
      kind: 'number',
      hint: ({ exact }) => ofCounts(exact),
      cell: ({ exact }) => share(exact),
    },
    {
      name: 'Kappa',
      kind: 'number',
      head: (
        <Term tip="Quadratic weighted kappa of lose, tie and win. 1 is full agreement, 0 is what chance gives.">
          Kappa
        </Term>
      ),
      hint: ({ kappaReason }) => (kappaReason ? NO_KAPPA[kappaReason] : undefined),
      cell: ({ kappa }) => formatMetric(kappa?.value),
    },
    {
      name: '95 % interval',
      kind: 'number',
      cell: ({ kappa }) => (kappa ? interval(kappa, formatMetric) : DASH),
    },
    {
      name: 'AC2',
      kind: 'number',
      head: (
        <Term tip="Gwet's AC2 with quadratic weights. Unlike kappa it stays high when nearly all verdicts are equal.">
          AC2
        </Term>
      ),
      cell: ({ ac2 }) => formatMetric(ac2),
    },
    { name: 'AC1', kind: 'number', cell: ({ ac1 }) => formatMetric(ac1) },
  ]
  return (
    <Table
      label="Agreement with others"
      columns={columns}
      rows={rows}
      keyOf="id"
      className="ev-panel"
    />
  )
}

interface ResultProps {
  detail: StudyDetail
  sessionId: string
}

/** What a session found, with the evolvers. */
export function BlindResultView({ detail, sessionId }: ResultProps) {
  const studyId = detail.study.id
  const query = useBlindResult(studyId, sessionId)
  return (
    <QueryState query={query} what="The result could not be read" lines={8} height={48}>
      {(result) => (
        <>
          <h2 className={classes.question} dir="auto">
            {result.session.question}
          </h2>
          <Text dir="auto">{result.sentence}</Text>
          {result.isComplete ? null : (
            <Notice>
              The session was ended early: whoever stops when the result looks right finds what they
              look for.
            </Notice>
          )}
          <Section
            title="Verdicts"
            note={`${plural(result.session.judged, 'pair')} judged`}
            actions={
              <Menu position="bottom-end">
                <Menu.Target>
                  <Button variant="default">Download judgements</Button>
                </Menu.Target>
                <Menu.Dropdown>
                  {BLIND_EXPORT_FORMATS.map((format) => (
                    <Menu.Item
                      key={format}
                      component="a"
                      href={blindExportUrl(studyId, sessionId, format)}
                      download
                    >
                      {format.toUpperCase()}
                    </Menu.Item>
                  ))}
                </Menu.Dropdown>
              </Menu>
            }
          >
            <Outcome detail={detail} result={result} />
            <Facts facts={factsOf(result)} />
          </Section>
          <Section
            title="Agreement with others on the same pairs"
            note="a judge model prefers the row that it rated higher"
          >
            {result.agreement.length === 0 ? (
              <EmptyState title="Nobody else has judged these pairs">
                Start another session with the same pairs, or rate the rows with a judge model on
                the Overview page.
              </EmptyState>
            ) : (
              <Agreement rows={result.agreement} />
            )}
          </Section>
        </>
      )}
    </QueryState>
  )
}
