import { resize, type Painter } from './painter-types'

// Written here, not by a library: those at hand make functions from text at run time, which the policy of the pages forbids.

const VERTEX = `#version 300 es
in vec2 place;
in float code;
uniform vec2 middle;
uniform vec2 scale;
uniform float size;
uniform sampler2D colours;
flat out vec4 colour;
void main() {
  gl_Position = vec4((place - middle) * scale, 0.0, 1.0);
  gl_PointSize = size;
  colour = texelFetch(colours, ivec2(int(code), 0), 0);
}`

const FRAGMENT = `#version 300 es
precision highp float;
flat in vec4 colour;
uniform float opacity;
uniform float size;
out vec4 pixel;
void main() {
  vec2 off = gl_PointCoord - 0.5;
  if (size > 2.5 && dot(off, off) > 0.25) discard;
  float alpha = colour.a * opacity;
  pixel = vec4(colour.rgb * alpha, alpha);
}`

function compiled(gl: WebGL2RenderingContext): WebGLProgram | null {
  const program = gl.createProgram()
  for (const [type, source] of [
    [gl.VERTEX_SHADER, VERTEX],
    [gl.FRAGMENT_SHADER, FRAGMENT],
  ] as const) {
    const shader = gl.createShader(type)
    if (!shader) return null
    gl.shaderSource(shader, source)
    gl.compileShader(shader)
    gl.attachShader(program, shader)
  }
  gl.bindAttribLocation(program, 0, 'place')
  gl.bindAttribLocation(program, 1, 'code')
  gl.linkProgram(program)
  return gl.getProgramParameter(program, gl.LINK_STATUS) ? program : null
}

/** A painter by WebGL 2; null where the browser has none. */
export function webglPainter(canvas: HTMLCanvasElement): Painter | null {
  const gl = canvas.getContext('webgl2', { antialias: false, preserveDrawingBuffer: true })
  const program = gl && compiled(gl)
  if (!gl || !program) return null
  gl.useProgram(program)
  const [places, codes, order] = [gl.createBuffer(), gl.createBuffer(), gl.createBuffer()]
  const uniform = (name: string) => gl.getUniformLocation(program, name)
  const [middle, scale, size] = [uniform('middle'), uniform('scale'), uniform('size')]
  const opacity = uniform('opacity')
  let count = 0
  gl.bindTexture(gl.TEXTURE_2D, gl.createTexture())
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST)
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST)
  gl.enable(gl.BLEND)
  gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA)
  return {
    kind: 'webgl',
    setPoints(points) {
      gl.bindBuffer(gl.ARRAY_BUFFER, places)
      // A place that is not a number is never drawn, but some drivers read all.
      gl.bufferData(gl.ARRAY_BUFFER, points, gl.STATIC_DRAW)
      gl.enableVertexAttribArray(0)
      gl.vertexAttribPointer(0, 2, gl.FLOAT, false, 0, 0)
    },
    setCodes(bytes, drawn) {
      gl.bindBuffer(gl.ARRAY_BUFFER, codes)
      gl.bufferData(gl.ARRAY_BUFFER, bytes, gl.STATIC_DRAW)
      gl.enableVertexAttribArray(1)
      gl.vertexAttribPointer(1, 1, gl.UNSIGNED_BYTE, false, 0, 0)
      gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, order)
      gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, drawn, gl.STATIC_DRAW)
      count = drawn.length
    },
    setColours(colours) {
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, 256, 1, 0, gl.RGBA, gl.UNSIGNED_BYTE, colours)
    },
    draw(look) {
      const { camera, size: frame, point } = look
      resize(canvas, look)
      gl.viewport(0, 0, canvas.width, canvas.height)
      gl.clearColor(0, 0, 0, 0)
      gl.clear(gl.COLOR_BUFFER_BIT)
      gl.uniform2f(middle, camera.x, camera.y)
      gl.uniform2f(scale, (2 * camera.scale) / frame.width, (2 * camera.scale) / frame.height)
      gl.uniform1f(size, point)
      gl.uniform1f(opacity, look.opacity)
      gl.drawElements(gl.POINTS, count, gl.UNSIGNED_INT, 0)
    },
    dispose() {
      for (const buffer of [places, codes, order]) gl.deleteBuffer(buffer)
      gl.deleteProgram(program)
    },
  }
}
