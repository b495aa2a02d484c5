import { expect, it } from 'vitest'
import { emptyProgress, type Job, type JobState } from '@/lib/contracts/job'
import { changedStudies } from './use-job-feed'

const job = (id: string, studyId: string | null, state: JobState, done = 0) =>
  ({ id, studyId, state, progress: { ...emptyProgress(), done } }) as Job

it('tells a job that began or ended from one that got further', () => {
  const before = [job('1', 'a', 'running', 5), job('2', 'b', 'running'), job('3', 'c', 'queued')]
  expect(changedStudies(before, before).size).toBe(0)
  const after = [
    job('5', null, 'succeeded'),
    job('4', 'd', 'succeeded'),
    job('1', 'a', 'running', 6),
    job('2', 'b', 'succeeded'),
    job('3', 'c', 'queued'),
  ]
  expect([...changedStudies(before, after)]).toEqual([
    ['d', 'state'],
    ['a', 'progress'],
    ['b', 'state'],
  ])
})

it('takes the stronger of two changes of one study, in either order', () => {
  const before = [job('1', 'a', 'running', 5), job('2', 'a', 'running')]
  const after = [job('1', 'a', 'running', 6), job('2', 'a', 'succeeded')]
  expect([...changedStudies(before, after)]).toEqual([['a', 'state']])
  expect([...changedStudies(before, after.toReversed())]).toEqual([['a', 'state']])
})
