import { DASH, formatCount, formatDuration } from '@/lib/contracts/format'
import type { Job } from '@/lib/contracts/job'
import { tokensOf } from '@/lib/contracts/meter'
import { budgetText, costText, rateText } from '@/lib/contracts/job-text'
import classes from './jobs.module.css'

interface Figure {
  name: string
  value: string
  note?: string
}

function liveFigures({ progress }: Job): Figure[] {
  const { ratePerSecond, tokensPerSecond, unit, etaMs, inFlight, waiting } = progress
  return [
    { name: 'Speed', value: ratePerSecond === null ? DASH : rateText(ratePerSecond, unit) },
    {
      name: 'Tokens',
      value: tokensPerSecond === null ? DASH : rateText(tokensPerSecond, 'tokens'),
      note: 'last minute',
    },
    { name: 'In flight', value: formatCount(inFlight), note: 'requests sent, not answered' },
    { name: 'Queue', value: formatCount(waiting), note: 'requests waiting' },
    { name: 'Time left', value: etaMs === null ? DASH : formatDuration(etaMs) },
  ]
}

function meterFigures(job: Job): Figure[] {
  const { meter, cost, activeMs } = job.progress
  const kinds = [
    ['prompt', meter.promptTokens],
    ['output', meter.completionTokens],
    ['scored', meter.scoredTokens],
    ['embedded', meter.embeddedTokens],
  ] as const
  const used = kinds.filter(([, count]) => count > 0)
  return [
    {
      name: 'Tokens used',
      value: formatCount(tokensOf(meter)),
      note: used.map(([name, count]) => `${formatCount(count)} ${name}`).join(', '),
    },
    { name: 'Cost', value: cost ? costText(cost) : 'no price known' },
    { name: 'Requests', value: formatCount(meter.requests) },
    { name: 'Retried', value: formatCount(meter.retries) },
    { name: 'From cache', value: formatCount(meter.cachedRequests), note: 'requests' },
    { name: 'Runtime', value: formatDuration(activeMs) },
  ]
}

function Figures({ figures, label }: { figures: readonly Figure[]; label: string }) {
  return (
    <dl className={classes.figures} aria-label={label}>
      {figures.map(({ name, value, note }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
          {note ? <dd className={classes.note}>{note}</dd> : null}
        </div>
      ))}
    </dl>
  )
}

/** What a job does now, and what it has used of its backends over all its attempts. */
export function JobNumbers({ job }: { job: Job }) {
  const { meter } = job.progress
  const usesBackend = meter.requests + meter.cachedRequests > 0
  return (
    <>
      {job.state === 'running' ? <Figures figures={liveFigures(job)} label="Now" /> : null}
      {usesBackend ? <Figures figures={meterFigures(job)} label="Used so far" /> : null}
      {job.budget ? (
        <p className={classes.facts}>
          Limits: {budgetText(job.budget, job.progress.cost?.currency ?? null)}
        </p>
      ) : null}
    </>
  )
}
