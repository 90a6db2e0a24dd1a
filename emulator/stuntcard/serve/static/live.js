// Refreshes the page as things happen to cards. Whatever can be done is done by forms, and works without this.
"use strict";
(() => {
  const page = document.body;
  const log = document.getElementById("conversation");
  const said = document.getElementById("said");
  const most = 200;
  let paused = false;
  const waiting = [];

  // Work that is done at once when it is asked for, and then with rests of so many times of what it took last. The card
  // may be on the same machine: where that has much to do, pages take their time.
  const with_rests = (rests, work) => {
    let due = null;
    let busy = false;
    let ready = 0;
    let again = false;
    const run = async () => {
      due = null;
      busy = true;
      const began = performance.now();
      const took = (await work()) ?? performance.now() - began;
      ready = performance.now() + Math.max(100, rests * took);
      busy = false;
      if (again) { again = false; ask(); }
    };
    const ask = (soonest = 0) => {
      if (busy) again = true;
      else if (due === null) due = setTimeout(run, Math.max(soonest, ready - performance.now()));
    };
    return ask;
  };

  // The live parts, as the server has them now. A part that somebody is in is left alone until they leave it.
  const refresh = async () => {
    let answer;
    try { answer = await fetch(location.href, { headers: { "X-Part": "live" } }); }
    catch { return; }  // the stream comes back by itself, and tells to refresh again
    if (answer.status === 404 || answer.status === 401) { location.reload(); return; }
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of fresh.querySelectorAll("[data-live]")) {
      const old = document.getElementById(part.id);
      if (old === null || old.innerHTML === part.innerHTML) continue;
      if (old.contains(document.activeElement)) { setTimeout(later, 1000); continue; }
      old.replaceChildren(...part.childNodes);
      const summary = part.dataset.said;
      if (summary && said) said.textContent = summary;
    }
    const picture = document.getElementById("picture");
    if (picture) picture.src = picture.dataset.src + "&at=" + Date.now();
  };
  const later = with_rests(4, refresh);

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
    const status = cell(words.status || "", failed ? "bad" : "");
    if (event.faults.length) {
      const tag = document.createElement("span");
      tag.className = "tag";
      tag.textContent = log.dataset.fault.replace("#", event.faults.join(", "));
      status.append(" ", tag);
    }
    made.append(
      cell(event.time.slice(11, 23), "mono"), cell([words.command || event.kind.toUpperCase(), about].filter(Boolean).join(" ")),
      status, cell([event.command, event.answer].filter(Boolean).join(" → "), "mono"));
    return made;
  };
  const filter = document.getElementById("filter");
  const shown = (one) => {
    const wanted = filter.value;
    const hidden = (wanted === "failed" && one.dataset.failed !== "true") || (wanted === "code" && one.dataset.kind !== "code");
    one.classList.toggle("hidden", hidden);
  };
  // Rows come into the table together: each time the browser lays it out anew. What that took is known once it is painted.
  const coming = [];
  let forget = null;
  const plain = () => { for (const one of log.querySelectorAll(".new")) one.classList.remove("new"); };
  const draw = () => {
    plain();
    const rows = coming.splice(0).map((text) => row(JSON.parse(text))).reverse();
    for (const made of rows) { shown(made); made.classList.add("new"); }
    log.prepend(...rows);
    while (log.childElementCount > most) log.lastElementChild.remove();
    clearTimeout(forget);
    forget = setTimeout(plain, 1500);
  };
  const write = with_rests(20, () => new Promise((done) => requestAnimationFrame(() => {
    const began = performance.now();
    const painted = new MessageChannel();
    draw();
    painted.port1.onmessage = () => done(performance.now() - began);
    painted.port2.postMessage(null);
  })));
  const keep = (list, text) => { list.push(text); if (list.length > most) list.shift(); };
  const add = (text) => {
    if (paused) { keep(waiting, text); return; }
    keep(coming, text);
    write();
  };

  if (log) {
    filter.addEventListener("change", () => { for (const one of log.children) shown(one); });
    const pause = document.getElementById("pause");
    pause.classList.remove("hidden");
    pause.addEventListener("click", () => {
      paused = !paused;
      pause.setAttribute("aria-pressed", String(paused));
      if (!paused) for (const text of waiting.splice(0)) add(text);
    });
  }
  document.getElementById("of")?.addEventListener("change", (event) => event.target.form.requestSubmit());

  // Windows that nobody sees listen to nothing, and hear afterwards what they missed. What another window has not heard
  // yet may be told once more here.
  let end = null;
  let last = new URL(page.dataset.events, location.href).searchParams.get("after");
  const heard = (kind, data, id) => {
    const isNew = !last || last.split("-")[0] !== id.split("-")[0] || window.streams.isAfter(id, last);
    if (isNew) last = id;
    if (kind !== "command") later(10);
    else if (log && isNew) add(data);
  };
  const kinds = ["command", "card", "state", "place", "faults", "exercise", "gone"];
  const address = page.dataset.events.split("?")[0];
  const look = () => {
    if (document.hidden) { end?.(); end = null; }
    else if (end === null) end = window.streams.listen(address, kinds, last, heard, () => {});
  };
  document.addEventListener("visibilitychange", look);
  look();
})();
