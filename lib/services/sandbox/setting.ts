import { eq } from 'drizzle-orm'
import type { Db } from '@/db/client'
import { settings } from '@/db/schema'
import { sandboxSchema, type SandboxSetting } from '@/lib/contracts/sandbox'
import type { MeasuredMetric } from '@/lib/metrics/types'

const KEY = 'sandbox'

/** Returns whether checking functions may be run; off until somebody has turned it on. */
export function sandboxSetting(db: Db): SandboxSetting {
  const row = db.select().from(settings).where(eq(settings.key, KEY)).get()
  return sandboxSchema.safeParse(row?.value).data ?? { isOn: false }
}

/** Returns the setting after it was changed. */
export function setSandbox(db: Db, value: SandboxSetting, now = Date.now()): SandboxSetting {
  db.insert(settings)
    .values({ key: KEY, value, updatedAt: now })
    .onConflictDoUpdate({ target: settings.key, set: { value, updatedAt: now } })
    .run()
  return value
}

/** Returns why a metric cannot run while checking functions are turned off; null where it can. */
export function whyClosed(db: Db, { label, inputs }: MeasuredMetric): string | null {
  if (!inputs.checkers || sandboxSetting(db).isOn) return null
  return `${label} runs functions that a model wrote, which is turned off. Turn it on at the end of the Backends page, or with "evolens checkers on".`
}
