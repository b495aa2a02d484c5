import { JOBS } from '@/lib/queue/kinds'
import { layOut } from '@/lib/services/maps/lay-out'
import { defineJob } from '@/lib/worker/types'

/** Lays a map of embeddings out; places of the sample and of each file are kept when it is interrupted. */
export const layOutJob = defineJob(JOBS['lay-out'], {
  run({ db, signal, progress, commit }, { mapId }) {
    const say = (phase: string, done: number, total: number, unit: string) =>
      progress({ phase, done, total, unit })
    return layOut({ db, signal, say, commit }, mapId)
  },
})
