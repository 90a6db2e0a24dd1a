"use strict";
// Refreshes the parts of a page when the console says that there is something new. Without it, a page is loaded anew.
(() => {
  const root = document.querySelector("[data-events]");
  if (!root || !window.streams) return;

  const shown = new Map();
  const waiting = new Map();
  // A form was sent: its answer is the next page, and nothing here may get in before it.
  let leaving = false;

  // The element that stands, in what came, where the focus was.
  function same(part, element) {
    for (const name of ["id", "href", "action", "name"]) {
      const value = element.getAttribute(name);
      if (value) return part.querySelector(`[${name}="${CSS.escape(value)}"]`);
    }
    const fold = element.tagName === "SUMMARY" && element.closest("details[class]");
    if (fold) return part.querySelector(`details.${fold.className} > summary`);
    const form = element.closest("form");
    const there = form && part.querySelector(`form[action="${CSS.escape(form.getAttribute("action"))}"]`);
    return there && there.querySelector(element.tagName);
  }

  function replace(part, text) {
    const focused = part.contains(document.activeElement) ? document.activeElement : null;
    // What somebody is typing is not lost.
    const typed = [...part.querySelectorAll("input[id], textarea[id]")]
      .filter((one) => one.value !== one.defaultValue)
      .map((one) => [one.id, one.value]);
    const open = [...part.querySelectorAll("details[open]")].map((one) => one.className);
    part.innerHTML = text;
    for (const name of open) {
      const one = part.querySelector(`details.${name}`);
      if (one) one.open = true;
    }
    for (const [id, value] of typed) {
      const one = part.querySelector(`#${CSS.escape(id)}`);
      if (one) one.value = value;
    }
    const next = focused && same(part, focused);
    if (next) {
      next.focus();
      if (next.setSelectionRange) next.setSelectionRange(next.value.length, next.value.length);
    }
    tick();
  }

  async function refresh(part) {
    if (waiting.has(part)) {
      waiting.set(part, true);
      return;
    }
    waiting.set(part, false);
    try {
      const answer = await fetch(part.dataset.from, { credentials: "same-origin" });
      // The class was ended, or the link is no more: the whole page says so.
      if ([403, 404, 410].includes(answer.status) && !leaving) location.reload();
      const text = answer.ok ? await answer.text() : null;
      if (text !== null && text !== shown.get(part)) {
        shown.set(part, text);
        // What the page came with is no news.
        const fresh = document.createElement("template");
        fresh.innerHTML = text;
        if (fresh.innerHTML.trim() !== part.innerHTML.trim()) replace(part, text);
      }
    } catch {
      // The stream comes back by itself, and tells to refresh again.
    }
    const again = waiting.get(part);
    waiting.delete(part);
    if (again) refresh(part);
  }

  function parts(name) {
    return [...document.querySelectorAll("[data-part]")].filter((part) => name === "all" || part.dataset.part === name);
  }

  // Minutes that pass while nothing happens.
  function tick() {
    for (const one of document.querySelectorAll("[data-begun]")) {
      const minutes = Math.floor((Date.now() / 1000 - Number(one.dataset.begun)) / 60);
      if (minutes >= 0) one.textContent = String(minutes);
    }
  }

  // Windows that nobody sees listen to nothing, and are refreshed when they are seen again.
  let end = null;
  let first = true;
  function begun() {
    // The page is new; only what costs the card nothing is looked at again.
    parts(first ? "exercise" : "all").forEach(refresh);
    first = false;
  }
  function heard(kind) {
    if (kind === "all") begun();
    else parts(kind === "card" ? "all" : "exercise").forEach(refresh);
  }
  function look() {
    if (document.hidden) {
      end?.();
      end = null;
    } else if (end === null) {
      end = window.streams.listen(root.dataset.events, ["all", "exercise", "card"], null, heard, begun);
    }
  }
  document.addEventListener("submit", () => {
    leaving = true;
  });
  window.addEventListener("pageshow", () => {
    leaving = false;
  });
  document.addEventListener("visibilitychange", look);
  look();
  setInterval(tick, 10000);
  tick();
})();
