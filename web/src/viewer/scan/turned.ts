/** Turns a bitmap clockwise by a multiple of 90 degrees, and closes the given one. */
export function turned(bitmap: ImageBitmap, degrees: number): ImageBitmap {
  if (degrees % 360 === 0) return bitmap;
  const { width, height } = bitmap;
  const [wide, high] = degrees % 180 === 0 ? [width, height] : [height, width];
  const canvas = new OffscreenCanvas(wide, high);
  const drawing = canvas.getContext("2d");
  if (!drawing) throw new Error("the browser gives no canvas to draw on");
  drawing.translate(wide / 2, high / 2);
  drawing.rotate((degrees * Math.PI) / 180);
  drawing.drawImage(bitmap, -width / 2, -height / 2);
  bitmap.close();
  return canvas.transferToImageBitmap();
}
