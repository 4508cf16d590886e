/**
 * Which view a tile asks for: the part that is on the screen at the screen's resolution, or a small
 * whole picture for a small tile. Wishes are rounded as the server does (FORMAT.md, section 4),
 * so that what changes nothing there is not asked for again.
 */

/** Sides in pixels that the server makes. */
const SIZES = [80, 160, 240, 320, 480, 640, 800, 960, 1280, 1600, 1920, 2560, 3840, 5120, 7680];
/** Corners of a region are multiples of it. */
const GRID = 8;
/** Parts of the region in view that it moves by, at most: while it moves, few views are asked for. */
const PARTS = 16;
/** The picture that is there does if it has so much of the resolution that the screen could show. */
const ENOUGH = 0.95;
/** From so many pixels of the screen for one of the camera on, a person looks at single ones. */
const SINGLE_PIXELS = 2;
/** JPEG quality at which single pixels have their own values. */
const FINE_QUALITY = 95;
/** A smaller picture must be smaller than the whole one by this factor. */
const WORTH_IT = 0.8;
/** A tile must have room to grow by this factor before a smaller size than the last does for it. */
const SLACK = 1.15;

/** @param {number} side rounded up to what the server makes */
export function roundedSide(side) {
  return SIZES.find((size) => size >= side) ?? Math.ceil(side);
}

/**
 * The part in view, at no more pixels than the screen has for it, and finely where each can be
 * seen; null: what is there does.
 * `pixelRatio`: the screen's pixels for one CSS pixel; `have`: the newest whole picture.
 * @type {(viewport: Viewport, pixelRatio: number, have: FrameHeader | null) => PartialView | null}
 */
export function regionWish(viewport, pixelRatio, have) {
  if (viewport.fits || !viewport.known || have === null) return null;
  const { source_width: frameWidth, source_height: frameHeight } = have;
  const enlarged = viewport.scale * pixelRatio;
  const wanted = Math.min(1, enlarged);
  const fine = enlarged >= SINGLE_PIXELS;
  if (have.width >= ENOUGH * wanted * frameWidth && !fine) return null;
  const { x, y, width, height } = viewport.visible;
  const [left, right] = outwards(x, width, frameWidth);
  const [top, bottom] = outwards(y, height, frameHeight);
  if (right <= left || bottom <= top) return null;
  return {
    region: [left, top, right - left, bottom - top],
    max_width: roundedSide((right - left) * wanted),
    max_height: roundedSide((bottom - top) * wanted),
    quality: fine ? FINE_QUALITY : null,
  };
}

/** @type {(start: number, size: number, end: number) => [number, number]} on a grid that fits */
function outwards(start, size, end) {
  let grid = GRID;
  while (grid * PARTS < size) grid *= 2;
  const first = Math.floor(start / grid) * grid;
  return [first, Math.min(end, Math.ceil((start + size) / grid) * grid)];
}

/**
 * A small whole picture for a place of `shown` of the screen's pixels; null: the usual one.
 * `usual`: size of the usual one, `before`: what was asked for last. `reduced` as in `status`.
 * @type {(shown: Size, usual: Size | null, before: SmallView | null, reduced: number) => SmallView | null}
 */
export function smallWish(shown, usual, before, reduced) {
  if (usual === null || !(shown.width > 0 && shown.height > 0)) return null;
  const max_width = steadySide(shown.width, before?.max_width);
  const max_height = steadySide(shown.height, before?.max_height);
  // The server sends smaller ones than these already.
  if (reduced > 0 && reduced <= Math.max(max_width, max_height)) return null;
  const ratio = Math.min(max_width / usual.width, max_height / usual.height);
  return ratio <= WORTH_IT ? { region: null, max_width, max_height, quality: null } : null;
}

/** @type {(side: number, before: number | undefined) => number} a size that does not flap */
function steadySide(side, before) {
  const next = roundedSide(side);
  if (before === undefined || next >= before) return next;
  return roundedSide(side * SLACK) < before ? next : before;
}
