import { parentPort, workerData } from 'node:worker_threads'
import { openDatabase } from '@/db/client'
import { log } from '@/lib/log'
import { isDiskFull } from './disk-full'
import { beat } from '@/lib/queue/heartbeat'
import { Patience, releaseAll, type WatchOrder } from './watch-core'

const { databasePath, dataDir, owner, followsParent } = workerData as WatchOrder

// Often enough for a stop to be noticed in time, rare enough to cost nothing.
const LOOK_MS = 500
// Twelve beats must be lost before a reader doubts.
const BEAT_EVERY = 4
// Handlers stop within a fraction of a second; one that has not after so many looks (5 s) never will.
const MOST_LOOKS = 10
// A handler that holds the database's write lock lets nobody else write: the next worker then writes the end.
const MOST_REFUSALS = 3
// The process itself ends within its grace of 8 s when its parent is gone.
const MOST_ORPHAN_LOOKS = 24

const db = openDatabase(databasePath)
db.$client.pragma('busy_timeout = 500')
const parent = process.ppid
const patience = new Patience(MOST_LOOKS)
let looks = 0
let refusals = 0
let orphanLooks = 0

/** Ends the whole process, whatever its other threads do. */
function endProcess(): void {
  process.kill(process.pid, 'SIGKILL')
}

function endStubborn(stubborn: readonly number[]): void {
  try {
    releaseAll(db, owner, stubborn)
  } catch (error) {
    // The end of a job cannot be written on a full disk; starting again would not change that.
    if (isDiskFull(error)) return
    refusals += 1
    if (refusals < MOST_REFUSALS) return
  }
  log().warn({ jobs: stubborn }, 'a job did not stop when asked to; the worker starts again')
  endProcess()
}

function look(): void {
  if (looks % BEAT_EVERY === 0) beat(dataDir)
  looks += 1
  orphanLooks = followsParent && process.ppid !== parent ? orphanLooks + 1 : 0
  if (orphanLooks >= MOST_ORPHAN_LOOKS) endProcess()
  const stubborn = patience.look(db, owner)
  if (stubborn.length > 0) endStubborn(stubborn)
}

setInterval(() => {
  try {
    look()
  } catch (error) {
    log().debug({ err: error }, 'the watch could not look')
  }
}, LOOK_MS)
parentPort?.postMessage('ready')
