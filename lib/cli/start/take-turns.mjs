/**
 * Returns a function that starts work one piece a turn of the event loop, the keys in rotation: a burst under one key
 * (fifty searches at once) does not hold up a single piece under another.
 */
export function takeTurns() {
  const queues = new Map()
  let isRunning = false
  const next = () => {
    const [first] = queues
    if (!first) {
      isRunning = false
      return
    }
    const [key, queue] = first
    const start = queue.shift()
    // To the back of the rotation, or out of it.
    queues.delete(key)
    if (queue.length > 0) queues.set(key, queue)
    setImmediate(next)
    start()
  }
  return (key, start) => {
    const queue = queues.get(key)
    if (queue) queue.push(start)
    else queues.set(key, [start])
    if (isRunning) return
    isRunning = true
    setImmediate(next)
  }
}
