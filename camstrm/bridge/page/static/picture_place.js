/** Where the canvases of a picture are on the stage: the browser turns and scales what is decoded once. */

/** What a picture shows of the camera's frame. @type {(frame: FrameHeader) => Rectangle} */
export function areaOf({ view, x, y, region_width, region_height, source_width, source_height }) {
  return view === 0
    ? { x: 0, y: 0, width: source_width, height: source_height }
    : { x, y, width: region_width, height: region_height };
}

/**
 * Each pixel of the camera can be drawn as one only where the picture has them all.
 * @type {(frame: FrameHeader, viewport: Viewport, pixelRatio: number) => boolean}
 */
export function isSharp(frame, viewport, pixelRatio) {
  return frame.width >= areaOf(frame).width && viewport.scale * pixelRatio > 1;
}

/** @type {(element: HTMLElement, frame: FrameHeader, viewport: Viewport) => void} */
export function placeCanvas(element, frame, viewport) {
  const box = viewport.place(areaOf(frame));
  const { swaps, css } = viewport.orientation;
  // The element has its own way round and is turned about its middle.
  const width = swaps ? box.height : box.width;
  const height = swaps ? box.width : box.height;
  Object.assign(element.style, {
    left: `${box.x + (box.width - width) / 2}px`,
    top: `${box.y + (box.height - height) / 2}px`,
    width: `${width}px`,
    height: `${height}px`,
    transform: css,
    imageRendering: isSharp(frame, viewport, window.devicePixelRatio) ? "pixelated" : "auto",
  });
}

/**
 * Draw a picture into a rectangle of a canvas, turned as the viewport has it.
 * @type {(context: CanvasRenderingContext2D, source: HTMLCanvasElement, box: Rectangle, orientation: Orientation) => void}
 */
export function drawTurned(context, source, box, orientation) {
  const { swaps, rotation, mirror } = orientation;
  const width = swaps ? box.height : box.width;
  const height = swaps ? box.width : box.height;
  context.save();
  context.translate(box.x + box.width / 2, box.y + box.height / 2);
  context.rotate((rotation * Math.PI) / 180);
  if (mirror) context.scale(-1, 1);
  context.drawImage(source, -width / 2, -height / 2, width, height);
  context.restore();
}
