import { resize, type Painter } from './painter-types'

/** A painter that fills in the pixels of a canvas itself, for browsers without WebGL. */
export function canvasPainter(canvas: HTMLCanvasElement): Painter {
  const context = canvas.getContext('2d')
  let points = new Float32Array(0)
  let codes = new Uint8Array(0)
  let order = new Uint32Array(0)
  let colours = new Uint8Array(1024)
  return {
    kind: 'canvas',
    setPoints(given) {
      points = given as typeof points
    },
    setCodes(bytes, drawn) {
      codes = bytes as typeof codes
      order = drawn as typeof order
    },
    setColours(given) {
      colours = given as typeof colours
    },
    draw(look) {
      const { camera, density, point, opacity } = look
      resize(canvas, look)
      const { width, height } = canvas
      if (!context) return
      const image = context.createImageData(width, height)
      const { data } = image
      const scale = camera.scale * density
      const side = Math.max(1, Math.round(point))
      for (const k of order) {
        const left = Math.round(
          width / 2 + ((points[2 * k] as number) - camera.x) * scale - side / 2,
        )
        const top = Math.round(
          height / 2 - ((points[2 * k + 1] as number) - camera.y) * scale - side / 2,
        )
        if (left < 0 || top < 0 || left + side > width || top + side > height) continue
        const of = 4 * (codes[k] as number)
        const alpha = ((colours[of + 3] as number) / 255) * opacity
        for (let y = top; y < top + side; y += 1) {
          for (let at = 4 * (y * width + left), end = at + 4 * side; at < end; at += 4) {
            const below = ((data[at + 3] as number) / 255) * (1 - alpha)
            const all = alpha + below
            for (let c = 0; c < 3; c += 1) {
              data[at + c] =
                ((colours[of + c] as number) * alpha + (data[at + c] as number) * below) / all
            }
            data[at + 3] = 255 * all
          }
        }
      }
      context.putImageData(image, 0, 0)
    },
    dispose: () => undefined,
  }
}
