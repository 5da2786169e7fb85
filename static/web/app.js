// Comforts on top of pages that work without any of this: shortcuts, focus after swaps, one submit, time left, copying.
"use strict";
(() => {
  const language = document.documentElement.lang;
  const say = (sv, en) => (language === "en" ? en : sv);
  const told = () => document.getElementById("told");
  const tell = (text) => { const place = told(); if (place) { place.textContent = text; } };

  // A form is sent once: a second click while the first is on its way does nothing.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-once]")) { return; }
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    unsaved.delete(form);
    tell(say("Skickar …", "Sending …"));
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((form) => { delete form.dataset.sent; });
  });

  // Text that somebody wrote is not lost by leaving.
  const unsaved = new Set();
  document.addEventListener("input", (event) => {
    const form = event.target.closest && event.target.closest("form[data-keep]");
    if (form) { unsaved.add(form); }
  });
  window.addEventListener("beforeunload", (event) => {
    unsaved.forEach((form) => { if (!form.isConnected) { unsaved.delete(form); } });
    if (unsaved.size) { event.preventDefault(); }
  });

  // Focus: to what is wrong when a page or a part of it comes back with errors.
  const focusWanted = (root) => {
    const wanted = root.matches && root.matches("[data-focus]") ? root : root.querySelector && root.querySelector("[data-focus]");
    if (wanted) { wanted.focus(); }
  };
  document.addEventListener("DOMContentLoaded", () => focusWanted(document));
  document.addEventListener("htmx:after:swap", (event) => {
    const detail = event.detail || {};
    focusWanted((detail.ctx && detail.ctx.target) || detail.target || event.target);
  });

  // Copying a text that is shown anyway.
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) { return; }
    const from = document.getElementById(button.dataset.copy);
    const text = from.value === undefined ? from.textContent : from.value;
    try { await navigator.clipboard.writeText(text); tell(say("Kopierat", "Copied")); }
    catch { if (from.select) { from.select(); } }
  });

  // Ticking all of a list.
  document.addEventListener("change", (event) => {
    const all = event.target.closest("[data-tick-all]");
    if (!all) { return; }
    document.querySelectorAll(`input[type=checkbox][name="${all.dataset.tickAll}"]`).forEach((box) => { box.checked = all.checked; });
  });

  // Shortcuts: / searches, g and a letter goes, ? tells, j and k walk the rows. They can be switched off.
  const PLACES = { o: "overview", s: "units", r: "rules", l: "connections", c: "changes", k: "runs", p: "persons", d: "quality" };
  const off = () => localStorage.getItem("shortcuts") === "off";
  let going = false;
  const walk = (by) => {
    const rows = [...document.querySelectorAll("tbody a[href], [data-row]")].filter((row, at, all) => row.offsetParent && (row.matches("[data-row]") || all.findIndex((other) => other.closest("tr") === row.closest("tr")) === at));
    if (!rows.length) { return; }
    const at = rows.indexOf(document.activeElement);
    rows[Math.min(rows.length - 1, Math.max(0, at + by))].focus();
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || off()) { return; }
    if (event.target.closest("input, textarea, select, [contenteditable], [role=treegrid], [role=tree]")) { return; }
    if (going) {
      going = false;
      const link = document.querySelector(`nav.side a[data-place="${PLACES[event.key]}"]`);
      if (link) { event.preventDefault(); link.click(); }
      return;
    }
    const search = document.querySelector("input[type=search]");
    if (event.key === "/" && search) { event.preventDefault(); search.focus(); }
    else if (event.key === "g") { going = true; setTimeout(() => { going = false; }, 1500); }
    else if (event.key === "j") { walk(1); }
    else if (event.key === "k") { walk(-1); }
    else if (event.key === "?") { const help = document.getElementById("page-help"); if (help) { help.open = true; help.querySelector("summary").focus(); } }
  });
  document.addEventListener("change", (event) => {
    if (event.target.id === "shortcuts") { localStorage.setItem("shortcuts", event.target.checked ? "on" : "off"); }
  });
  document.addEventListener("DOMContentLoaded", () => {
    const box = document.getElementById("shortcuts");
    if (box) { box.checked = !off(); box.disabled = false; }
  });

  // The session's end is told ten minutes before, and can be put off; nothing that was typed goes away.
  const WARN_S = 600;
  const ends = Number(document.body.dataset.sessionEnds || 0);
  if (ends) { setTimeout(() => warn(), Math.max(0, ends - WARN_S) * 1000); }
  const token = () => { try { return JSON.parse(document.body.getAttribute("hx-headers:inherited"))["X-CSRFToken"]; } catch { return ""; } };
  const warn = () => {
    const box = document.createElement("dialog");
    const text = document.createElement("p");
    text.textContent = say("Du loggas snart ut, om tio minuter. Det du har skrivit finns kvar på sidan.", "You will be signed out in ten minutes. What you have written stays on the page.");
    const stay = document.createElement("button");
    stay.className = "ds-button";
    stay.textContent = say("Fortsätt vara inloggad", "Stay signed in");
    stay.addEventListener("click", async () => {
      const answer = await fetch("/logga-in/fortsatt/", { method: "POST", headers: { "X-CSRFToken": token() } });
      if (answer.ok) {
        const { seconds } = await answer.json();
        setTimeout(() => warn(), Math.max(0, seconds - WARN_S) * 1000);
      } else {
        text.textContent = say("Inloggningen har gått ut. Öppna en ny flik och logga in där; det du har skrivit finns kvar här.", "The session has ended. Open a new tab and sign in there; what you have written stays here.");
        return;
      }
      box.close();
      box.remove();
    });
    box.append(text, stay);
    document.body.append(box);
    box.showModal();
  };
})();
