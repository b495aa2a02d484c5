import type { Db } from '@/db/client'
import type { CheckTools } from '@/lib/evolution'
import { checkerPool } from './pool'
import { sandboxSetting } from './setting'

export { sandboxSetting, setSandbox } from './setting'

/** Returns what runs checking functions apart from this process; null while that is turned off. */
export function checkTools(db: Db): CheckTools | null {
  return sandboxSetting(db).isOn ? checkerPool() : null
}
