import fs from 'node:fs'
import type { Command } from 'commander'
import { shortHash } from '@/lib/contracts/format'
import { mapRequestSchema, type MapInfo } from '@/lib/contracts/map'
import { AppError } from '@/lib/errors'
import { deleteMap, getMap, layOutMap, listMaps, restoreMap } from '@/lib/services/maps'
import { mapCsv } from '@/lib/services/maps/table'
import { followJobs } from '../follow'
import { parseOption } from '../options'
import { printJson, printLine, printRows, say, wantsJson } from '../output'
import { openStudy } from '../study-command'

interface MapOptions {
  study: string
  sample: string
  neighbours: string
  seed: string
  list?: boolean
  csv?: string
  delete?: string
  restore?: string
}

function describe({ id, hash, definition, record, rowsElsewhere }: MapInfo) {
  const { sample, neighbours, seed, model } = definition
  return {
    id,
    hash: shortHash(hash),
    model,
    sample: record?.sampled ?? sample,
    neighbours,
    seed,
    rows: record?.embedded ?? null,
    rowsElsewhere,
    state: record ? 'ready' : 'not laid out',
  }
}

async function runMap(options: MapOptions, json: boolean): Promise<void> {
  const { studyId, ...context } = openStudy(options)
  const { db } = context
  if (options.delete !== undefined) {
    deleteMap(db, studyId, options.delete)
    say('deleted', `--restore ${options.delete} brings it back for seven days`)
    return
  }
  if (options.restore !== undefined) {
    say('restored', restoreMap(db, studyId, options.restore).id)
    return
  }
  if (options.list) {
    printRows(listMaps(db, studyId).map(describe), json)
    return
  }
  const { sample, neighbours, seed } = options
  const numbers = { sample: Number(sample), neighbours: Number(neighbours), seed: Number(seed) }
  const request = parseOption(mapRequestSchema, numbers, '--sample, --neighbours, --seed')
  const started = layOutMap(db, studyId, request)
  if (started.job) await followJobs(context, [started.job.id], json)
  const map = getMap(db, studyId, started.map.id)
  if (!map.record)
    throw new AppError('conflict', 'The map was not laid out. Run the command again.')
  if (options.csv !== undefined) {
    const file = fs.openSync(options.csv, 'w')
    try {
      for (const part of mapCsv(db, studyId, map.id)) fs.writeSync(file, part)
    } finally {
      fs.closeSync(file)
    }
  }
  if (json) {
    printJson(map)
    return
  }
  printRows([describe(map)], false)
  map.card.forEach(printLine)
}

/** Adds `map`. */
export function addMapCommand(program: Command): void {
  const usual = mapRequestSchema.parse({})
  program
    .command('map')
    .description('lay the embeddings of a study out in two dimensions, once for each choice')
    .requiredOption('--study <name or id>', 'study')
    .option(
      '--sample <rows>',
      'rows that UMAP lays out; the rest is placed among them',
      `${usual.sample}`,
    )
    .option('--neighbours <n>', 'nearest rows that each row is joined to', `${usual.neighbours}`)
    .option('--seed <n>', 'random seed of sample and layout', `${usual.seed}`)
    .option('--csv <file>', 'write the places of all rows')
    .option('--list', 'list the maps of the study')
    .option('--delete <id>', 'delete a map')
    .option('--restore <id>', 'bring a deleted map back')
    .action((options: MapOptions) => runMap(options, wantsJson(program)))
}
