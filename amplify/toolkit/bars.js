"use strict";
// The picture maker. Whatever the reader gives it stays in this page.
(() => {
  const maker = document.getElementById("maker");
  if (!maker) return;
  const by = (id) => document.getElementById(id);
  const canvas = by("picture"), brush = canvas.getContext("2d");
  const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif';
  const GROUND = "#c9c4b8", DEEP = "#8f897c", FIGURE = "#5c574d";
  const STEEL = {
    dark: ["#0d0e10", "#3d4147", "#1b1d20", "#050506"],
    steel: ["#3c434b", "#aab3bc", "#6b747d", "#262b30"],
    light: ["#9b978d", "#ffffff", "#dedad0", "#7d796f"],
  };
  const tag = maker.dataset.tag ? `#${maker.dataset.tag}` : "";
  let photo = null, waiting = false;
  const without = () => maker.querySelector("[name=without]:checked").value;
  const value = (id) => Number(by(id).value);

  const ground = (w, h) => {
    const light = brush.createLinearGradient(0, 0, 0, h);
    light.addColorStop(0, GROUND);
    light.addColorStop(1, DEEP);
    brush.fillStyle = light;
    brush.fillRect(0, 0, w, h);
  };
  const pictured = (w, h) => {
    const scale = Math.max(w / photo.width, h / photo.height) * value("zoom") / 100;
    const wide = photo.width * scale, high = photo.height * scale;
    brush.drawImage(photo, (w - wide) * value("across") / 100, (h - high) * value("down") / 100, wide, high);
  };
  const silhouette = (w, h) => {
    const u = Math.min(w, h) / 100, x = w / 2, y = h * .36;
    brush.fillStyle = FIGURE;
    brush.beginPath();
    brush.ellipse(x, y, 13 * u, 16.5 * u, 0, 0, 7);
    brush.fill();
    brush.beginPath();
    brush.moveTo(x - 34 * u, h);
    brush.bezierCurveTo(x - 34 * u, y + 26 * u, x - 15 * u, y + 23 * u, x - 6 * u, y + 20 * u);
    brush.lineTo(x - 6 * u, y + 11 * u);
    brush.lineTo(x + 6 * u, y + 11 * u);
    brush.lineTo(x + 6 * u, y + 20 * u);
    brush.bezierCurveTo(x + 15 * u, y + 23 * u, x + 34 * u, y + 26 * u, x + 34 * u, h);
    brush.fill();
  };
  const chair = (w, h) => {
    const u = Math.min(w, h) / 100, x = w / 2, y = h * .44;
    brush.strokeStyle = FIGURE;
    brush.lineWidth = 3.4 * u;
    brush.lineCap = brush.lineJoin = "round";
    brush.beginPath();
    for (const [a, b, c, d] of [[-14, -27, -14, 31], [14, -27, 14, 31], [-14, -27, 14, -27], [-14, -16, 14, -16], [-14, -5, 14, -5],
      [-22, 38, -22, 12], [22, 38, 22, 12]]) {
      brush.moveTo(x + a * u, y + b * u);
      brush.lineTo(x + c * u, y + d * u);
    }
    brush.stroke();
    brush.fillStyle = FIGURE;
    brush.beginPath();
    brush.moveTo(x - 14 * u, y + 5 * u);
    brush.lineTo(x + 14 * u, y + 5 * u);
    brush.lineTo(x + 23 * u, y + 13 * u);
    brush.lineTo(x - 23 * u, y + 13 * u);
    brush.fill();
  };
  const envelope = (w, h) => {
    const u = Math.min(w, h) / 100, x = w / 2 - 31 * u, y = h * .45 - 21 * u;
    brush.fillStyle = "#efece4";
    brush.strokeStyle = FIGURE;
    brush.lineWidth = 1.6 * u;
    brush.lineJoin = "round";
    brush.fillRect(x, y, 62 * u, 42 * u);
    brush.strokeRect(x, y, 62 * u, 42 * u);
    brush.beginPath();
    brush.moveTo(x, y);
    brush.lineTo(x + 31 * u, y + 25 * u);
    brush.lineTo(x + 62 * u, y);
    brush.moveTo(x, y + 42 * u);
    brush.lineTo(x + 24 * u, y + 19.5 * u);
    brush.moveTo(x + 62 * u, y + 42 * u);
    brush.lineTo(x + 38 * u, y + 19.5 * u);
    brush.stroke();
  };

  // Each bar is a line of short pieces, so that the middle ones of an open grille can bend apart.
  const grille = (w, h, foot) => {
    const count = value("count"), bar = Math.min(w, h) * value("width") / 1000, steel = STEEL[by("colour").value];
    brush.globalAlpha = value("opacity") / 100;
    const lines = [];
    for (let n = 0; n < count; n++) {
      const at = (n + .5) / count, side = at - .5, near = Math.max(0, 1 - Math.abs(side) * 2.6);
      const bend = by("open").checked ? Math.sign(side || -1) * near * w * .17 : 0;
      lines.push((y) => at * w + bend * Math.sin(Math.PI * Math.min(1, Math.max(0, y / foot))) ** 2);
    }
    const STEPS = 64;
    const trace = (line, off, wide) => {
      brush.beginPath();
      for (let s = 0; s <= STEPS; s++) brush.lineTo(line(h * s / STEPS) + off - wide / 2, h * s / STEPS);
      for (let s = STEPS; s >= 0; s--) brush.lineTo(line(h * s / STEPS) + off + wide / 2, h * s / STEPS);
      brush.closePath();
    };
    const rail = (y, high) => {
      const shine = brush.createLinearGradient(0, y, 0, y + high);
      steel.forEach((colour, n) => shine.addColorStop([0, .3, .6, 1][n], colour));
      brush.fillStyle = shine;
      brush.fillRect(0, y, w, high);
    };
    brush.save();
    brush.filter = "none";
    for (const line of lines) { // what they throw on the one behind them
      for (const [off, dark] of [[.55, .1], [.45, .1], [.35, .12]]) {
        trace(line, bar * off, bar * 1.15);
        brush.fillStyle = `rgb(0 0 0 / ${dark})`;
        brush.fill();
      }
    }
    brush.restore();
    for (const y of [h * .055, foot - h * .055 - bar * 1.2]) {
      brush.fillStyle = "rgb(0 0 0 / .22)";
      brush.fillRect(0, y + bar * .5, w, bar * 1.2);
      rail(y, bar * 1.2);
    }
    for (const line of lines) {
      // From edge to middle to edge, in strips: a gradient that follows the bend.
      const strips = Math.max(6, Math.round(bar / 2));
      for (let s = 0; s < strips; s++) {
        const from = s / strips, colour = blend(steel, from);
        trace(line, (from - .5 + .5 / strips) * bar, bar / strips + .8);
        brush.fillStyle = colour;
        brush.fill();
      }
    }
    brush.globalAlpha = 1;
  };
  const blend = (steel, at) => {
    const stops = [0, .3, .6, 1];
    const n = Math.max(0, Math.min(2, stops.findIndex((stop, k) => k && at <= stop) - 1));
    const part = (at - stops[n]) / (stops[n + 1] - stops[n]);
    const channel = (hex, k) => parseInt(hex.slice(1 + 2 * k, 3 + 2 * k), 16);
    return `rgb(${[0, 1, 2].map((k) => Math.round(channel(steel[n], k) * (1 - part) + channel(steel[n + 1], k) * part))})`;
  };

  // Words are set smaller until they fit, and broken over two lines at most.
  const fitted = (words, weight, largest, wide) => {
    for (let size = largest; size > 10; size--) {
      brush.font = `${weight} ${size}px ${FONT}`;
      if (brush.measureText(words).width <= wide) return { size, lines: [words] };
      if (size > largest * .62) continue;
      const parts = words.split(" ");
      for (let n = 1; n < parts.length; n++) {
        const lines = [parts.slice(0, n).join(" "), parts.slice(n).join(" ")];
        if (lines.every((line) => brush.measureText(line).width <= wide)) return { size, lines };
      }
    }
    return { size: 10, lines: [words] };
  };
  const plate = (w, h, high) => {
    const name = by("who").selectedOptions[0], u = Math.min(w, h), top = h - high;
    brush.fillStyle = "rgb(0 0 0 / .3)";
    brush.fillRect(0, top - u * .008, w, u * .008);
    brush.fillStyle = maker.dataset.colour;
    brush.fillRect(0, top, w, high);
    brush.fillStyle = "#ffffff";
    brush.textAlign = "center";
    brush.textBaseline = "alphabetic";
    const wide = w * .9, lines = [];
    const title = fitted(name.textContent.trim(), 700, u * .085, wide);
    title.lines.forEach((line) => lines.push([line, 700, title.size, 1.12]));
    if (name.dataset.since) {
      const since = fitted(name.dataset.since, 400, u * .042, wide);
      since.lines.forEach((line) => lines.push([line, 400, since.size, 1.35]));
    }
    if (tag) {
      const strip = fitted(tag, 600, u * .046, wide);
      strip.lines.forEach((line) => lines.push([line, 600, strip.size, 1.5]));
    }
    const all = lines.reduce((sum, [, , size, lead]) => sum + size * lead, 0);
    const scale = Math.min(1, high * .86 / all);
    let y = top + (high - all * scale) / 2;
    for (const [line, weight, size, lead] of lines) {
      brush.font = `${weight} ${size * scale}px ${FONT}`;
      y += size * lead * scale;
      brush.fillText(line, w / 2, y - size * scale * (lead - .86));
    }
  };

  const draw = () => {
    waiting = false;
    const [w, h] = by("size").value.split("x").map(Number);
    if (canvas.width !== w) canvas.width = w;
    if (canvas.height !== h) canvas.height = h;
    const high = Math.min(w, h) * .25, foot = h - high;
    brush.clearRect(0, 0, w, h);
    ground(w, h);
    brush.save();
    brush.beginPath();
    brush.rect(0, 0, w, foot);
    brush.clip();
    if (photo) pictured(w, foot);
    else if (without() !== "text") ({ silhouette, chair, envelope })[without()](w, foot);
    grille(w, h, foot);
    brush.restore();
    plate(w, h, high);
    const name = by("who").selectedOptions[0].textContent.trim();
    const words = (photo ? maker.dataset.altPhoto : maker.dataset.altNone).replace("{name}", name).replace("{tag}", tag || "–");
    by("made-alt").textContent = words;
    canvas.setAttribute("aria-label", words);
  };
  const later = () => { if (!waiting) { waiting = true; requestAnimationFrame(draw); } };

  by("photo").addEventListener("change", async () => {
    const file = by("photo").files[0];
    photo = null;
    by("made").textContent = "";
    if (file) {
      try {
        photo = await createImageBitmap(file, { imageOrientation: "from-image" });
      } catch {
        by("made").textContent = maker.dataset.bad;
        by("photo").value = "";
      }
    }
    by("moves").hidden = !photo;
    later();
  });

  // Only what draws: a browser may add chunks of its own.
  const DRAWS = new Set(["IHDR", "PLTE", "IDAT", "IEND"]);
  const clean = (bytes) => {
    const view = new DataView(bytes.buffer), kept = [bytes.slice(0, 8)];
    for (let at = 8; at + 12 <= bytes.length;) {
      const long = view.getUint32(at) + 12, kind = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
      if (DRAWS.has(kind)) kept.push(bytes.slice(at, at + long));
      at += long;
      if (kind === "IEND") break;
    }
    return new Blob(kept, { type: "image/png" });
  };
  by("save").addEventListener("click", () => {
    draw();
    // toBlob waits until the browser has nothing else to do, which may be seconds.
    const text = atob(canvas.toDataURL("image/png").split(",")[1]);
    const address = URL.createObjectURL(clean(Uint8Array.from(text, (one) => one.charCodeAt(0))));
    const link = document.createElement("a");
    link.href = address;
    link.download = `${maker.dataset.file}-${by("who").value}-${canvas.width}x${canvas.height}.png`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 60000);
    by("made").textContent = maker.dataset.saved;
  });
  maker.addEventListener("input", later);
  maker.hidden = false;
  draw();
})();
