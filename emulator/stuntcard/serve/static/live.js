// Refreshes the page as things happen to cards. Whatever can be done is done by forms, and works without this.
"use strict";
(() => {
  const page = document.body;
  const log = document.getElementById("conversation");
  const said = document.getElementById("said");
  const most = 200;
  let due = null;
  let paused = false;
  const waiting = [];
  const coming = [];
  let due_rows = null;
  let wrote = 0;

  // The live parts, as the server has them now. A part that somebody is in is left alone until they leave it.
  const refresh = async () => {
    due = null;
    const answer = await fetch(location.href, { headers: { "X-Part": "live" } });
    if (answer.status === 404 || answer.status === 401) { location.reload(); return; }
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of fresh.querySelectorAll("[data-live]")) {
      const old = document.getElementById(part.id);
      if (old === null || old.innerHTML === part.innerHTML) continue;
      if (old.contains(document.activeElement)) { later(1000); continue; }
      old.replaceChildren(...part.childNodes);
      const summary = part.dataset.said;
      if (summary && said) said.textContent = summary;
    }
    const picture = document.getElementById("picture");
    if (picture) picture.src = picture.dataset.src + "&at=" + Date.now();
  };
  const later = (milliseconds) => { if (due === null) due = setTimeout(refresh, milliseconds); };

  const cell = (text, kind) => {
    const made = document.createElement("td");
    made.textContent = text;
    if (kind) made.className = kind;
    return made;
  };
  const row = (event) => {
    const words = event.decoded || {};
    const made = document.createElement("tr");
    const about = [words.file, words.code, words.detail].filter(Boolean).join(" ");
    const failed = event.kind === "command" && !/^(9000|61|6C)/.test(event.answer.slice(-4));
    made.dataset.kind = event.kind === "command" ? (words.code ? "code" : "other") : "power";
    made.dataset.failed = failed;
    made.append(
      cell(event.time.slice(11, 23), "mono"), cell([words.command || event.kind.toUpperCase(), about].filter(Boolean).join(" ")),
      cell(words.status || "", failed ? "bad" : ""), cell([event.command, event.answer].filter(Boolean).join(" → "), "mono"));
    return made;
  };
  const filter = document.getElementById("filter");
  const shown = (one) => {
    const wanted = filter.value;
    const hidden = (wanted === "failed" && one.dataset.failed !== "true") || (wanted === "code" && one.dataset.kind !== "code");
    one.classList.toggle("hidden", hidden);
  };
  // Rows come into the table together, ten times a second at most: each time the browser lays the table out anew.
  const write = () => {
    wrote = Date.now();
    due_rows = null;
    const rows = coming.splice(0).slice(-most).map(row).reverse();
    for (const made of rows) { shown(made); made.classList.add("new"); }
    log.prepend(...rows);
    while (log.childElementCount > most) log.lastElementChild.remove();
    setTimeout(() => { for (const made of rows) made.classList.remove("new"); }, 1500);
  };
  const add = (event) => {
    if (paused) { waiting.push(event); if (waiting.length > most) waiting.shift(); return; }
    coming.push(event);
    if (due_rows === null) due_rows = setTimeout(write, Math.max(0, wrote + 100 - Date.now()));
  };

  if (log) {
    filter.addEventListener("change", () => { for (const one of log.children) shown(one); });
    const pause = document.getElementById("pause");
    pause.classList.remove("hidden");
    pause.addEventListener("click", () => {
      paused = !paused;
      pause.setAttribute("aria-pressed", String(paused));
      if (!paused) for (const event of waiting.splice(0)) add(event);
    });
  }
  document.getElementById("of")?.addEventListener("change", (event) => event.target.form.requestSubmit());

  // A browser has six connections to one server, whatever the number of its tabs; so those that nobody sees take none,
  // and hear afterwards what they missed.
  let source = null;
  let last = null;
  const heard = {
    command: (event) => { if (log) add(JSON.parse(event.data)); },
    ...Object.fromEntries(["card", "state", "place", "faults", "exercise", "gone"].map((kind) => [kind, () => later(10)])),
  };
  const listen = () => {
    const from = new URL(page.dataset.events, location.href);
    if (last !== null) from.searchParams.set("after", last);
    source = new EventSource(from);
    for (const [kind, react] of Object.entries(heard)) {
      source.addEventListener(kind, (event) => { last = event.lastEventId; react(event); });
    }
  };
  const look = () => {
    if (document.hidden) { source?.close(); source = null; }
    else if (source === null) listen();
  };
  document.addEventListener("visibilitychange", look);
  look();
})();
