import { Text } from '@mantine/core'
import { ClampedText } from '@/components/ui/clamped-text'
import { formatMetric } from '@/lib/contracts/format'
import type { RowDetail } from '@/lib/contracts/rows'
import type { StudyDetail } from '@/lib/contracts/study'
import classes from './detail.module.css'
import { HeatStrip } from '../tokens/heat-strip'
import { visibleToken } from '../tokens/token-text'

interface Token {
  text: string
  logprob: number
  top?: { text: string; logprob: number }[]
}

function isToken(value: unknown): value is Token {
  const token = value as Partial<Token> | null
  return typeof token?.text === 'string' && typeof token.logprob === 'number'
}

function Tokens({ tokens }: { tokens: readonly Token[] }) {
  return (
    <div className={classes.tokens}>
      {tokens.map((token, index) => {
        const others = token.top?.map(
          (one) => `${visibleToken(one.text)} ${formatMetric(Math.exp(one.logprob))}`,
        )
        return (
          <span key={index} className={classes.token} title={others?.join('\n')}>
            {visibleToken(token.text)}
            <small>{formatMetric(Math.exp(token.logprob))}</small>
          </span>
        )
      })}
    </div>
  )
}

const HANDLED = new Set(['reply', 'tokens', 'message'])

function Rest({ detail }: { detail: Record<string, unknown> }) {
  const entries = Object.entries(detail).filter(
    ([name, value]) => !HANDLED.has(name) && value !== null,
  )
  if (entries.length === 0) return null
  return (
    <div className={classes.sub}>
      {entries
        .map(
          ([name, value]) =>
            `${name}: ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`,
        )
        .join(' · ')}
    </div>
  )
}

/** What each metric kept of this row: the judge's reply, tokens with their losses, error messages. */
export function MetricDetails({ data, study }: { data: RowDetail; study: StudyDetail }) {
  return data.details.map(({ metric, runId, detail, strip }) => {
    const label = study.runs.find((run) => run.id === runId)?.metricLabel ?? metric
    const tokens = Array.isArray(detail['tokens']) ? detail['tokens'].filter(isToken) : []
    const { reply, message } = detail
    return (
      <section key={runId} className={classes.section}>
        <h3 className={classes.sectionTitle}>
          {strip
            ? `${label}: tokens of this row`
            : typeof reply === 'string'
              ? `${label}: reply`
              : label}
        </h3>
        {typeof message === 'string' ? (
          <Text c="var(--ev-error)" mb={4}>
            {message}
          </Text>
        ) : null}
        {strip ? <HeatStrip label={label} strip={strip} /> : null}
        {tokens.length > 0 ? <Tokens tokens={tokens} /> : null}
        {typeof reply === 'string' ? <ClampedText text={reply} mono /> : null}
        <Rest detail={detail} />
      </section>
    )
  })
}
