// Say which picture is the newest of each camera: node newest_pictures.mjs ws://server:8765 TOKEN
// The same code runs in a browser. Node.js has WebSocket since version 22; 20 needs
// --experimental-websocket. The format is in camstrm/wire/FORMAT.md.

const [url, token] = process.argv.slice(2);
const socket = new WebSocket(`${url}/?token=${encodeURIComponent(token)}`);
socket.binaryType = "arraybuffer";

let names = new Map(); // by the camera's index
let bundles = 0;

/** Yield each entry of a bundle: its camera's index, number, size and JPEG. */
function* pictures(bytes) {
  const view = new DataView(bytes);
  if (view.getUint32(0) !== 0x43534642 || view.getUint8(4) !== 1) throw new Error("no bundle");
  let at = view.getUint16(6, true);
  for (let left = view.getUint16(8, true); left > 0; left -= 1) {
    const start = at + view.getUint16(at, true);
    const size = view.getUint32(at + 8, true);
    yield {
      camera: view.getUint16(at + 2, true),
      frame: view.getBigUint64(at + 16, true),
      width: view.getUint32(at + 56, true),
      height: view.getUint32(at + 60, true),
      jpeg: new Uint8Array(bytes, start, size), // empty: nothing newer than before
    };
    at = start + size;
  }
}

socket.onmessage = ({ data }) => {
  if (typeof data === "string") {
    const message = JSON.parse(data);
    if (message.type === "hello") names = new Map(message.cameras.map((c) => [c.index, c.name]));
    return;
  }
  for (const { camera, frame, width, height, jpeg } of pictures(data)) {
    if (jpeg.length === 0) continue;
    console.log(`${names.get(camera)}: frame ${frame}, ${width}x${height}, ${jpeg.length} bytes`);
  }
  // What is acknowledged bounds the age of pictures behind a slow link.
  const seq = Number(new DataView(data).getBigUint64(16, true));
  socket.send(JSON.stringify({ type: "ack", seq }));
  bundles += 1;
  if (bundles === 30) socket.close();
};
socket.onerror = () => {
  console.error("no connection: is the address right, and the token?");
  process.exitCode = 1;
};
socket.onclose = ({ reason }) => {
  if (reason) console.error(reason);
};
