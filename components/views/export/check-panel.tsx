'use client'

import { Button, Group } from '@mantine/core'
import { IconAlertTriangle, IconCircleCheck, IconCircleX, IconDownload } from '@tabler/icons-react'
import {
  downloadUrl,
  useCountTokens,
  useDownloadStarted,
  useStartExport,
} from '@/components/hooks/use-export'
import { formatBytes, formatCount, plural } from '@/lib/contracts/format'
import { notifyDone, notifyError } from '@/components/ui/notify'
import { ErrorState, LoadingLines } from '@/components/ui/states'
import { NOT_COUNTED_YET, type ExportCheck, type ExportRequest } from '@/lib/contracts/export'
import classes from './export.module.css'

type Finding = ExportCheck['warnings'][number]

interface FindingsProps {
  findings: readonly Finding[]
  tone: 'block' | 'warn'
}

function Findings({ findings, tone }: FindingsProps) {
  const Mark = tone === 'block' ? IconCircleX : IconAlertTriangle
  return (
    <ul className={classes.findings}>
      {findings.map((finding, index) => (
        <li key={`${finding.rule}-${index}`}>
          <Mark
            size={16}
            aria-label={tone === 'block' ? 'Blocks the export' : 'Warning'}
            color={tone === 'block' ? 'var(--ev-error)' : 'var(--ev-warn)'}
          />
          <div>
            {finding.message}
            {finding.examples.length > 0 ? (
              <ul className={classes.examples}>
                {finding.examples.map((example) => (
                  <li key={example} dir="auto">
                    {example}
                  </li>
                ))}
              </ul>
            ) : null}
          </div>
        </li>
      ))}
    </ul>
  )
}

interface CheckPanelProps {
  request: ExportRequest
  query: {
    data: ExportCheck | undefined
    error: unknown
    isFetching: boolean
    isPlaceholderData: boolean
    refetch(): unknown
  }
  /** Turns an option of the format on that lets the export go on. */
  onRemedy(option: string): void
}

/** What the export would contain, what blocks it, and the download. */
export function CheckPanel({ request, query, onRemedy }: CheckPanelProps) {
  const started = useDownloadStarted(request.studyId)
  const file = useStartExport(request.studyId)
  const counting = useCountTokens(request.studyId)
  const { data, error } = query
  if (data === undefined && error) {
    return (
      <ErrorState
        error={error}
        what="The export could not be checked"
        onRetry={() => query.refetch()}
      />
    )
  }
  if (data === undefined) return <LoadingLines lines={6} />
  const isCurrent = !query.isPlaceholderData && !error
  const canDownload = isCurrent && data.blocking.length === 0 && data.rowsKept > 0
  const left = data.rows - data.rowsKept
  return (
    <section
      className={`ev-panel ${classes.block}`}
      aria-busy={query.isFetching}
      aria-label="Check"
    >
      <dl className={classes.numbers} aria-live="polite">
        <dt>Rows to be written</dt>
        <dd>{formatCount(data.rowsKept)}</dd>
        {left > 0 ? (
          <>
            <dt>Excluded</dt>
            <dd>{formatCount(left)}</dd>
          </>
        ) : null}
        <dt>Estimated size</dt>
        <dd>{formatBytes(data.bytesEstimate)}</dd>
      </dl>
      {data.blocking.length > 0 ? (
        <>
          <Findings findings={data.blocking} tone="block" />
          {isCurrent && data.blocking.some(({ rule }) => rule === NOT_COUNTED_YET) ? (
            <Group>
              <Button
                variant="default"
                loading={counting.isPending}
                onClick={() =>
                  counting.mutate(request, {
                    onSuccess: () =>
                      notifyDone('The tokens are being counted. The check follows when that ends.'),
                    onError: (problem) => notifyError('The tokens are not counted', problem),
                  })
                }
              >
                Count tokens
              </Button>
            </Group>
          ) : null}
          {data.remedies.length > 0 ? (
            <Group gap="xs">
              {data.remedies.map(({ option, label }) => (
                <Button key={option} variant="default" onClick={() => onRemedy(option)}>
                  {label}
                </Button>
              ))}
            </Group>
          ) : null}
        </>
      ) : (
        <p className={classes.ok}>
          <IconCircleCheck size={16} color="var(--ev-ok)" aria-hidden /> Nothing blocks this export.
        </p>
      )}
      {data.warnings.length > 0 ? <Findings findings={data.warnings} tone="warn" /> : null}
      {canDownload ? (
        <Button
          size="sm"
          variant="default"
          loading={file.isPending}
          title="For large exports: a job with progress that can be cancelled. The file is listed below for 7 days, and a broken download goes on where it ended."
          onClick={() =>
            file.mutate(request, {
              onSuccess: () =>
                notifyDone('The export was queued. Its file is listed below when it is written.'),
              onError: (error) => notifyError('The export was not queued', error),
            })
          }
        >
          Write to a file first
        </Button>
      ) : null}
      {canDownload ? (
        <Button
          component="a"
          size="sm"
          href={downloadUrl(request)}
          download
          onClick={started}
          leftSection={<IconDownload size={16} />}
        >
          Download {plural(data.rowsKept, 'row')}
        </Button>
      ) : (
        <Button size="sm" disabled leftSection={<IconDownload size={16} />}>
          {isCurrent ? 'Download' : 'Checking'}
        </Button>
      )}
    </section>
  )
}
