'use client'

import { Button } from '@mantine/core'
import { useFetchModel, useModels } from '@/components/hooks/use-backends'
import { isActive, useJobs } from '@/components/hooks/use-jobs'
import { DASH, formatBytes, formatShare } from '@/components/ui/format'
import { ScrollRegion } from '@/components/ui/scroll-region'
import { notifyError } from '@/components/ui/notify'
import { Section } from '@/components/ui/page'
import { ProgressBar } from '@/components/ui/progress-bar'
import { LoadingLines, QueryState } from '@/components/ui/states'
import type { ModelInfo } from '@/lib/contracts/compute'
import type { Job } from '@/lib/contracts/job'

const STATE: Record<ModelInfo['state'], { text: string; color: string }> = {
  ready: { text: 'Ready', color: 'var(--ev-ok)' },
  missing: { text: 'Not here', color: 'var(--ev-warn)' },
  fetching: { text: 'Fetching', color: 'var(--ev-accent)' },
  failed: { text: 'Failed', color: 'var(--ev-error)' },
}

function jobOf(model: ModelInfo, jobs: readonly Job[] | undefined): Job | undefined {
  return jobs?.find((job) => isActive(job) && job.title.includes(model.label))
}

function ModelLine({ model, job }: { model: ModelInfo; job: Job | undefined }) {
  const fetchModel = useFetchModel()
  const share = job && job.progress.total > 0 ? job.progress.done / job.progress.total : null
  return (
    <tr>
      <td>
        <strong>{model.label}</strong>
        <div className="ev-dim">{model.purpose}</div>
      </td>
      <td style={{ whiteSpace: 'nowrap' }}>{model.licence}</td>
      <td className="ev-num" style={{ whiteSpace: 'nowrap' }}>
        {model.sizeBytes > 0 ? (
          formatBytes(model.sizeBytes)
        ) : (
          <span title="Known once it is fetched">{DASH}</span>
        )}
      </td>
      <td style={{ minWidth: 110 }}>
        <span style={{ color: STATE[model.state].color, fontWeight: 600 }}>
          {STATE[model.state].text}
        </span>
        {job ? (
          <>
            {share === null ? '' : ` ${formatShare(share)}`}
            <ProgressBar share={share} label={`Fetching ${model.label}`} height={4} />
          </>
        ) : null}
      </td>
      <td style={{ overflowWrap: 'anywhere' }}>
        {model.state === 'ready' ? <span className="ev-mono">{model.path}</span> : null}
        {model.state === 'ready'
          ? null
          : model.reasons.map((reason) => <div key={reason}>{reason}</div>)}
        {model.remedy ? <div className="ev-dim">{model.remedy}</div> : null}
      </td>
      <td>
        {model.state === 'missing' || model.state === 'failed' ? (
          <Button
            variant="default"
            size="compact-sm"
            loading={fetchModel.isPending}
            onClick={() =>
              fetchModel.mutate(model.id, {
                onError: (error) => notifyError('The model is not being fetched', error),
              })
            }
          >
            Fetch
          </Button>
        ) : null}
      </td>
    </tr>
  )
}

/** Models that run inside this program, and how to get those that are missing. */
export function ModelsSection() {
  const query = useModels()
  const { data: jobs } = useJobs()
  return (
    <Section title="Embedded models" note="run on this machine, no server needed">
      <QueryState
        query={query}
        what="The models could not be read"
        skeleton={<LoadingLines lines={3} height={48} />}
      >
        {(models) => (
          <ScrollRegion label="Embedded models">
            <table className="ev-table">
              <thead>
                <tr>
                  <th scope="col">Model</th>
                  <th scope="col">Licence</th>
                  <th scope="col" className="ev-num">
                    Size
                  </th>
                  <th scope="col">State</th>
                  <th scope="col">Where, or why not</th>
                  <th scope="col">
                    <span className="ev-dim">Action</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {models.map((model) => (
                  <ModelLine key={model.id} model={model} job={jobOf(model, jobs)} />
                ))}
              </tbody>
            </table>
          </ScrollRegion>
        )}
      </QueryState>
    </Section>
  )
}
