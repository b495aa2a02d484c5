import { formatCount, formatDuration } from '@/components/ui/format'
import { ScrollRegion } from '@/components/ui/scroll-region'
import { costText } from '@/lib/contracts/job-text'
import type { DryRun, MetricInfo } from '@/lib/contracts/compute'
import { tokensOf } from '@/lib/contracts/meter'

function timeText({ secondsLow, secondsHigh }: DryRun): string {
  if (secondsHigh < 1) return 'under 1 s'
  const low = formatDuration(secondsLow * 1000)
  const high = formatDuration(secondsHigh * 1000)
  return low === high ? high : `${low} to ${high}`
}

function meterText({ meter }: DryRun): string {
  const { promptTokens, completionTokens, scoredTokens, embeddedTokens, cachedRequests } = meter
  const sent = promptTokens + scoredTokens + embeddedTokens
  const cached = `${formatCount(cachedRequests)} answers from the cache`
  return `${formatCount(sent)} sent, ${formatCount(completionTokens)} written; ${cached}`
}

/** What each metric would take, measured on a few rows. */
export function DryRunTable({
  estimates,
  measured,
}: {
  estimates: readonly DryRun[]
  measured: readonly MetricInfo[]
}) {
  const notes = [
    ...new Set(estimates.flatMap(({ blocked, note }) => (blocked ? [] : (note ?? [])))),
  ]
  return (
    <ScrollRegion label="Estimate">
      <table className="ev-table">
        <thead>
          <tr>
            <th scope="col">Metric</th>
            <th scope="col">Backend</th>
            <th scope="col" className="ev-num">
              Rows to do
            </th>
            <th scope="col" className="ev-num">
              Tokens
            </th>
            <th scope="col" className="ev-num">
              Time
            </th>
            <th scope="col" className="ev-num">
              Cost
            </th>
          </tr>
        </thead>
        <tbody>
          {estimates.map((estimate) => (
            <tr key={estimate.metric}>
              <td>
                {measured.find((one) => one.id === estimate.metric)?.label ?? estimate.metric}
              </td>
              {estimate.blocked ? (
                <td colSpan={5} style={{ color: 'var(--ev-warn)' }}>
                  {estimate.blocked}
                </td>
              ) : (
                <>
                  <td>{estimate.backendLabel ?? 'none needed'}</td>
                  <td
                    className="ev-num"
                    title={`${estimate.sampleRows} rows computed, ${estimate.countedRows} counted`}
                  >
                    {formatCount(Math.max(0, estimate.rows - estimate.rowsDone))}
                  </td>
                  <td className="ev-num" title={meterText(estimate)}>
                    {formatCount(tokensOf(estimate.meter))}
                  </td>
                  <td className="ev-num">{timeText(estimate)}</td>
                  <td className="ev-num">
                    {estimate.cost === null ? 'no price known' : costText(estimate.cost)}
                  </td>
                </>
              )}
            </tr>
          ))}
        </tbody>
      </table>
      {notes.map((note) => (
        <p key={note} className="ev-dim">
          {note}
        </p>
      ))}
    </ScrollRegion>
  )
}
