import { setPriority } from 'node:os'
import { readConfig } from '@/lib/config'
import { AppError, errorCode, errorMessage } from '@/lib/errors'
import type { ChildMessage, ParentMessage } from './protocol'

/** One function that the parent may call; the signal aborts when the parent cancels the call. */
export type Handler = (args: never, signal: AbortSignal) => unknown

function send(message: ChildMessage): void {
  if (process.connected) process.send?.(message)
}

/** Sends a line to the parent's log. */
export function logToParent(message: string, fields: Record<string, unknown> = {}): void {
  send({ type: 'log', message, fields })
}

/**
 * Answers the parent's calls with these functions until the parent goes away, and then ends the process. Lowers the
 * process's priority first, so that threads started later inherit it.
 */
export function serve(handlers: Record<string, Handler>): void {
  try {
    setPriority(readConfig().niceness)
  } catch {
    // Not allowed here: the work is done at normal priority.
  }
  const running = new Map<number, AbortController>()
  // The parent decides when to end; Ctrl-C in a terminal reaches the whole group.
  process.on('SIGINT', () => undefined)
  process.on('disconnect', () => process.exit(0))
  process.on('message', (message: ParentMessage) => {
    if (message.type === 'cancel') {
      running.get(message.id)?.abort()
      return
    }
    const { id, method, args } = message
    const controller = new AbortController()
    running.set(id, controller)
    void (async () => {
      try {
        const handler = handlers[method]
        if (!handler) throw new AppError('internal', `The engine has no function ${method}.`)
        send({ type: 'result', id, value: await handler(args as never, controller.signal) })
      } catch (error) {
        send({ type: 'error', id, code: errorCode(error), message: errorMessage(error) })
      } finally {
        running.delete(id)
      }
    })()
  })
  send({ type: 'ready' })
}
