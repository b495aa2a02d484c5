import { checkClaims } from '@/lib/services/claims'
import { forgetCaches } from '@/lib/services/columns/cache'
import { processorMs } from './compare'
import { fillPaperStudy } from './paper-study'

/** Processor time of all claims of the paper on a study as large as its, in milliseconds. */
export interface ClaimsTiming {
  rows: number
  claims: number
  /** With nothing kept of the study. */
  firstMs: number
  againMs: number
}

/** Returns how long a check of all claims takes, the first time and once more. */
export async function benchClaims(): Promise<ClaimsTiming> {
  const { db, studyId, rows } = fillPaperStudy()
  forgetCaches(db)
  let claims = 0
  const check = () =>
    processorMs(async () => {
      claims = (await checkClaims(db, studyId, { small: 'small', large: 'large' })).length
    })
  const firstMs = await check()
  const againMs = await check()
  db.$client.close()
  return { rows, claims, firstMs, againMs }
}
