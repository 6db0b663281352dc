"use strict";
(() => {
  const all = (what, where = document) => [...where.querySelectorAll(what)];
  const dialog = document.getElementById("server"), said = document.getElementById("said");
  let quiet = 0;
  const tell = (words) => {
    said.textContent = "";
    requestAnimationFrame(() => { said.textContent = words; });
    clearTimeout(quiet);
    quiet = setTimeout(() => { said.textContent = ""; }, 6000);
  };

  // Copying. Where the browser refuses, the text is marked for the reader to copy.
  const mark = (one) => {
    const range = document.createRange();
    range.selectNodeContents(one);
    const chosen = getSelection();
    chosen.removeAllRanges();
    chosen.addRange(range);
  };
  const copy = async (one) => {
    try {
      await navigator.clipboard.writeText(one.textContent);
    } catch {
      mark(one);
      let done = false;
      try { done = document.execCommand("copy"); } catch { done = false; }
      if (!done) return tell(dialog.dataset.byHand);
    }
    tell(dialog.dataset.copied);
  };
  for (const button of all("button.copy")) {
    button.hidden = false;
    button.addEventListener("click", () => copy(button.dataset.from
      ? document.querySelector(button.dataset.from) : button.closest(".said").querySelector(".text")));
  }

  // The device's own share sheet, where the browser has one: text and picture together.
  const drawn = async (item) => {
    const image = item.querySelector(".with img");
    if (!image) return [];
    await image.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
    canvas.getContext("2d").drawImage(image, 0, 0);
    const photo = /\.(jpe?g|webp)$/.test(image.src), type = photo ? "image/jpeg" : "image/png";
    const bytes = await new Promise((done) => { canvas.toBlob(done, type, .92); });
    return [new File([bytes], photo ? "picture.jpg" : "picture.png", { type })];
  };
  const send = async (button) => {
    const text = button.closest(".said").querySelector(".text");
    let files = [];
    try { files = await drawn(button.closest(".item")); } catch { /* a page from a file may not read its pictures */ }
    const whole = { text: text.textContent, files };
    const shared = files.length && navigator.canShare?.(whole) ? whole : { text: whole.text };
    try { await navigator.share(shared); } catch (error) { if (error.name !== "AbortError") await copy(text); }
  };
  if (navigator.share) {
    document.body.classList.add("can-share");
    for (const button of all("button.send")) {
      button.hidden = false;
      button.addEventListener("click", () => send(button));
    }
  }

  // Where everybody has a server of their own, it is asked for once, and forgotten with the page.
  const host = document.getElementById("host"), wrong = document.getElementById("host-wrong");
  let place = null, text = "";
  const servers = new Map();
  const named = (words) => {
    const name = words.trim().toLowerCase().replace(/^https?:\/\//, "").replace(/^@?[^@\s/]*@/, "").replace(/\/.*$/, "");
    return /^[\p{L}\p{N}]([\p{L}\p{N}.-]*[\p{L}\p{N}])?\.[\p{L}\p{N}-]{2,}(:\d{2,5})?$/u.test(name) ? name : "";
  };
  const go = () => open(`https://${place.server}${place.path}${encodeURIComponent(text)}`, "_blank", "noopener,noreferrer");
  const answer = () => {
    const name = named(host.value);
    wrong.textContent = name ? "" : dialog.dataset.wrong;
    host.setAttribute("aria-invalid", String(!name));
    if (!name) return host.focus();
    place.server = name;
    servers.set(place.title, name);
    dialog.close();
    go();
  };
  for (const one of JSON.parse(dialog.dataset.places)) for (const button of all(`button.${one.kind}`)) {
    button.hidden = false;
    button.addEventListener("click", () => {
      place = one;
      text = button.dataset.text || button.closest(".said").querySelector(".text").textContent;
      place.server = servers.get(place.title);
      if (place.server) return go();
      document.getElementById("server-name").textContent = place.ask;
      dialog.showModal();
      host.focus();
    });
  }
  document.getElementById("go").addEventListener("click", answer);
  document.getElementById("stay").addEventListener("click", () => dialog.close());
  dialog.querySelector("form").addEventListener("submit", (event) => { event.preventDefault(); answer(); });

  // On a telephone the picture maker begins with what everybody needs.
  const look = document.querySelector(".look");
  if (look && matchMedia("(max-width: 40rem)").matches) look.open = false;

  // One wording at a time, and not the same one for everybody.
  for (const item of all(".item")) {
    const wordings = all(".wording", item), another = item.querySelector(".another");
    if (!another) continue;
    let at = Math.floor(Math.random() * wordings.length);
    const title = item.querySelector("h3");
    const show = () => {
      wordings.forEach((one, number) => { one.hidden = number !== at; });
      title.textContent = wordings[at].dataset.title;
    };
    show();
    another.hidden = false;
    another.addEventListener("click", () => {
      at = (at + 1) % wordings.length;
      show();
      tell(wordings[at].getAttribute("aria-label"));
    });
  }
})();
