import OpenSeadragon from "openseadragon";
import { addedImage, type PictureSource } from "./picture-source.ts";

export type Comparison = { divideAt(share: number): void; end(): void };

/**
 * Lays the page as it came over the page as it was read: the former is visible left of a divider, and the
 * latter right of it. Both have the same centre. `factor`: how many pixels of the prepared page one pixel of
 * the original takes. `divided` is called with the divider's place in the prepared page, from 0 (its left
 * edge) to 1.
 */
export function compare(
  viewer: OpenSeadragon.Viewer,
  prepared: OpenSeadragon.TiledImage,
  { tiles: source, stop }: PictureSource,
  factor: number,
  divided: (place: number) => void,
): Comparison {
  let original: OpenSeadragon.TiledImage | undefined;
  let hasEnded = false;
  let share = 0.5;

  const divide = () => {
    if (!original) return;
    const bounds = viewer.viewport.getBounds(true);
    const x = bounds.x + bounds.width * share;
    clip(original, x, "left");
    divided(clip(prepared, x, "right"));
  };

  const { x, y, width, height } = prepared.getBounds();
  const wide = (source.dimensions.x * factor * width) / prepared.getContentSize().x;
  const high = (wide * source.dimensions.y) / source.dimensions.x;
  viewer.addTiledImage({
    tileSource: source,
    x: x + (width - wide) / 2,
    y: y + (height - high) / 2,
    width: wide,
    success: (event) => {
      const item = addedImage(event);
      if (hasEnded) return viewer.world.removeItem(item);
      original = item;
      divide();
    },
  });
  viewer.addHandler("update-viewport", divide);

  return {
    divideAt: (place) => {
      share = place;
      divide();
    },
    end: () => {
      hasEnded = true;
      viewer.removeHandler("update-viewport", divide);
      prepared.setClip(null);
      divided(0);
      stop();
      if (original) viewer.world.removeItem(original);
    },
  };
}

/**
 * Shows only the part of the image that is on one side of `x`, a coordinate of the viewport. Returns the
 * place of `x` in the image, from 0 to 1.
 */
function clip(image: OpenSeadragon.TiledImage, x: number, side: "left" | "right"): number {
  const size = image.getContentSize();
  const at = image.viewportToImageCoordinates(new OpenSeadragon.Point(x, 0), true).x;
  const edge = Math.min(size.x, Math.max(0, at));
  const [from, to] = side === "left" ? [0, edge] : [edge, size.x];
  const clipped = new OpenSeadragon.Rect(from, 0, to - from, size.y);
  if (!image.getClip()?.equals(clipped)) image.setClip(clipped);
  return edge / size.x;
}
