/** Charts of the measure panel, drawn at the screen's resolution in the theme's colours. */

/** Colours of channels, for dark and light grounds. @type {Record<string, [string, string]>} */
const COLOURS = {
  R: ["#ff6b66", "#c22a25"],
  G: ["#5fce8f", "#0d7a45"],
  B: ["#6aa9ff", "#1d5fc4"],
  grey: ["#cfd6dc", "#4a545d"],
  Y: ["#cfd6dc", "#4a545d"],
};
const OTHER = /** @type {[string, string]} */ (["#c99cff", "#7a3fc0"]);

/** @param {string} name of a channel */
export function colourOf(name) {
  const light = document.documentElement.dataset.theme === "light";
  return (COLOURS[name] ?? OTHER)[light ? 1 : 0];
}

/**
 * Prepare a canvas for its size on the screen; null: it has none.
 * @param {HTMLCanvasElement} canvas
 */
function begin(canvas) {
  const { clientWidth: width, clientHeight: height } = canvas;
  if (width === 0 || height === 0) return null;
  const ratio = window.devicePixelRatio;
  const [across, down] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== across || canvas.height !== down) [canvas.width, canvas.height] = [across, down];
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return { context, width, height };
}

/** @type {(canvas: HTMLCanvasElement, series: {name: string, heights: number[]}[]) => void} */
export function drawBars(canvas, series) {
  const place = begin(canvas);
  if (place === null) return;
  const { context, width, height } = place;
  const alone = series.length === 1;
  for (const { name, heights } of series) {
    if (heights.length === 0) continue;
    const step = width / heights.length;
    const path = new Path2D();
    path.moveTo(0, height);
    heights.forEach((part, at) => {
      path.lineTo(at * step, height - part * height);
      path.lineTo((at + 1) * step, height - part * height);
    });
    path.lineTo(width, height);
    const colour = colourOf(name);
    context.globalAlpha = alone ? 0.8 : 0.28;
    context.fillStyle = colour;
    context.fill(path);
    context.globalAlpha = 1;
    context.strokeStyle = colour;
    context.lineWidth = 1;
    if (!alone) context.stroke(path);
  }
}

/** @type {(canvas: HTMLCanvasElement, chart: ProfileChart, at: number | null) => void} `at`: part of the line that is read */
export function drawProfile(canvas, { series }, at) {
  const place = begin(canvas);
  if (place === null) return;
  const { context, width, height } = place;
  for (const { name, points } of series) {
    context.beginPath();
    points.forEach(([across, up], number) => {
      const [x, y] = [across * width, (1 - up) * height];
      if (number === 0) context.moveTo(x, y);
      else context.lineTo(x, y);
    });
    context.strokeStyle = colourOf(name);
    context.lineWidth = 1.25;
    context.stroke();
  }
  if (at === null) return;
  context.fillStyle = colourOf("");
  context.fillRect(Math.round(at * width), 0, 1, height);
}
