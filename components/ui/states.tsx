'use client'

import { Button, Group, Skeleton } from '@mantine/core'
import { IconCopy, IconRefresh } from '@tabler/icons-react'
import { useClipboard } from '@mantine/hooks'
import type { ReactNode } from 'react'
import { ApiError } from '@/components/hooks/api'
import classes from './states.module.css'

interface EmptyProps {
  title: string
  children: ReactNode
  action?: ReactNode
}

/** A panel that says what belongs here and offers the one action that fills it. */
export function EmptyState({ title, children, action }: EmptyProps) {
  return (
    <div className={`ev-panel ${classes.empty}`}>
      <h2 className={classes.title}>{title}</h2>
      <div className={classes.text}>{children}</div>
      {action ? <Group gap="xs">{action}</Group> : null}
    </div>
  )
}

const NEXT_STEP: Partial<Record<ApiError['code'], string>> = {
  not_found:
    'The link may belong to another data folder. The list of studies shows what is available.',
  offline:
    'Nothing is lost: jobs continue in the worker, and this page resumes when the server is back.',
  internal: 'The server log has the details under the id above.',
  conflict: 'Reload to see the newer state.',
}

function errorText(error: unknown): { message: string; next: string | null; details: string } {
  if (error instanceof ApiError) {
    const details = {
      code: error.code,
      status: error.status,
      request: error.request,
      message: error.message,
      details: error.details,
      page: typeof location === 'undefined' ? '' : location.pathname + location.search,
      at: new Date().toISOString(),
    }
    return {
      message: error.message,
      next: NEXT_STEP[error.code] ?? null,
      details: JSON.stringify(details, null, 2),
    }
  }
  const message = error instanceof Error ? error.message : 'Unknown error.'
  return {
    message,
    next: null,
    details: error instanceof Error ? (error.stack ?? message) : message,
  }
}

interface ErrorProps {
  error: unknown
  /** What could not be done: "The studies could not be read". */
  what: string
  onRetry?: (() => void) | undefined
}

export function ErrorState({ error, what, onRetry }: ErrorProps) {
  const clipboard = useClipboard()
  const { message, next, details } = errorText(error)
  return (
    <div className={`${classes.box} ${classes.error}`} role="alert">
      <h2 className={classes.title}>{what}</h2>
      <p className={classes.message}>{message}</p>
      {next ? <p className={classes.text}>{next}</p> : null}
      <Group gap="xs" mt={4}>
        {onRetry ? (
          <Button leftSection={<IconRefresh size={14} />} onClick={onRetry}>
            Retry
          </Button>
        ) : null}
        <Button
          variant="default"
          leftSection={<IconCopy size={14} />}
          onClick={() => clipboard.copy(details)}
        >
          {clipboard.copied ? 'Copied' : 'Copy details'}
        </Button>
      </Group>
    </div>
  )
}

/** Lines of the final height; invisible for the first 200 ms. */
export function LoadingLines({ lines, height = 32 }: { lines: number; height?: number }) {
  return (
    <div className="ev-late" role="status" aria-label="Loading">
      {Array.from({ length: lines }, (_, index) => (
        <Skeleton key={index} height={height - 8} mb={8} radius={4} />
      ))}
    </div>
  )
}

interface NoticeProps {
  children: ReactNode
  tone?: 'warn' | 'info' | 'error'
  action?: ReactNode
}

export function Notice({ children, tone = 'warn', action }: NoticeProps) {
  const toneClass = { warn: '', info: classes.noticeInfo, error: classes.noticeError }[tone]
  return (
    <div className={`${classes.notice} ${toneClass}`} role={tone === 'error' ? 'alert' : 'note'}>
      <div className={classes.noticeText}>{children}</div>
      {action}
    </div>
  )
}

interface QueryLike<T> {
  data: T | undefined
  error: unknown
  isPending: boolean
  refetch(): unknown
}

interface QueryStateProps<T> {
  query: QueryLike<T>
  what: string
  /** Lines of the skeleton and the height of each, about as high together as what comes. */
  lines: number
  height?: number
  children(data: T): ReactNode
}

/** One way to draw loading, failure, and data that stays on screen while a newer answer fails. */
export function QueryState<T>({ query, what, children, ...skeleton }: QueryStateProps<T>) {
  if (query.data !== undefined) {
    return (
      <>
        {query.error ? (
          <Notice
            tone="error"
            action={
              <Button variant="default" onClick={() => query.refetch()}>
                Retry
              </Button>
            }
          >
            This is the last known state. {errorText(query.error).message}
          </Notice>
        ) : null}
        {children(query.data)}
      </>
    )
  }
  if (query.error) {
    return <ErrorState error={query.error} what={what} onRetry={() => query.refetch()} />
  }
  return <LoadingLines {...skeleton} />
}
