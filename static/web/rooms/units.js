// The tree of org units by keyboard: a row has focus at a time, branches fold where they are, Enter opens the choice.
"use strict";
(() => {
  const place = () => document.getElementById("mapping");
  if (!place()) { return; }
  const all = () => [...document.querySelectorAll("table.tree tbody tr")];
  const seen = () => all().filter((row) => !row.hidden);
  const level = (row) => Number(row.getAttribute("aria-level"));
  const boxOf = (row) => row.querySelector("input[name=node]");
  const unitBox = () => document.getElementById("choose-unit");
  let last = "";

  // One row can be reached with Tab: the one that had focus last, or the first.
  const rove = (row) => {
    document.querySelectorAll('table.tree tr[tabindex="0"]').forEach((other) => { other.tabIndex = -1; });
    const chosen = row || document.getElementById(`n-${last}`) || seen()[0];
    if (chosen) { chosen.tabIndex = 0; }
  };
  const focus = (row) => { if (row) { last = row.dataset.id; rove(row); row.focus(); } };

  const below = (row) => {
    const found = [];
    for (let next = row.nextElementSibling; next && level(next) > level(row); next = next.nextElementSibling) { found.push(next); }
    return found;
  };
  const above = (row) => {
    let before = row.previousElementSibling;
    while (before && level(before) >= level(row)) { before = before.previousElementSibling; }
    return before;
  };

  // What is open travels with the forms, so that the server draws the same tree again.
  const remember = () => {
    const open = all().filter((row) => row.getAttribute("aria-expanded") === "true").map((row) => row.dataset.id).join(".");
    document.querySelectorAll("input[data-open]").forEach((input) => { input.value = open; });
  };
  const show = (row) => {
    let closed = 0; // level below which rows stay hidden
    below(row).forEach((each) => {
      if (closed && level(each) > closed) { return; }
      closed = each.getAttribute("aria-expanded") === "false" ? level(each) : 0;
      each.hidden = false;
    });
  };
  const load = async (row) => {
    const answer = await fetch(row.querySelector(".fold").dataset.href, { headers: { "HX-Request": "true" } });
    if (!answer.ok || answer.headers.has("HX-Redirect")) { location.reload(); return; }
    const made = document.createElement("template");
    made.innerHTML = await answer.text();
    if (!below(row).length) { row.after(made.content); }
  };
  const open = async (row) => {
    if (row.getAttribute("aria-expanded") !== "false") { return; }
    row.setAttribute("aria-expanded", "true");
    if (below(row).length) { show(row); } else { await load(row); }
    remember();
  };
  const close = (row) => {
    row.setAttribute("aria-expanded", "false");
    below(row).forEach((each) => { each.hidden = true; });
    remember();
  };

  const count = () => {
    const ticked = document.querySelectorAll("table.tree input[name=node]:checked").length;
    const told = document.querySelector("[data-ticked]");
    if (told) { told.textContent = ticked ? `(${ticked})` : ""; }
  };
  const tick = (row, wanted) => {
    const box = boxOf(row);
    if (!box) { return false; }
    box.checked = wanted === undefined ? !box.checked : wanted;
    row.setAttribute("aria-selected", String(box.checked));
    count();
    return true;
  };
  const choose = (row) => {
    const any = document.querySelector("table.tree input[name=node]:checked");
    if (unitBox() && (any || tick(row, true))) { unitBox().focus(); unitBox().select(); }
  };
  const unmapped = async (row) => {
    const rows = all();
    const at = rows.indexOf(row);
    const order = [...rows.slice(at + 1), ...rows.slice(0, at + 1)];
    for (const each of order) {
      if (each.classList.contains("left") && !each.hidden) { focus(each); return; }
      if (each.dataset.left && each.getAttribute("aria-expanded") === "false" && !each.hidden) {
        await open(each);
        await unmapped(each);
        return;
      }
    }
  };
  const go = async (id, href) => {
    let row = document.getElementById(`n-${id}`);
    if (!row) { location.href = href; return; }
    for (let up = above(row); up; up = above(up)) { if (up.getAttribute("aria-expanded") === "false") { await open(up); } }
    row.scrollIntoView({ block: "center" });
    focus(row);
  };

  const keys = {
    ArrowDown: (row) => { const rows = seen(); focus(rows[rows.indexOf(row) + 1]); },
    ArrowUp: (row) => { const rows = seen(); focus(rows[rows.indexOf(row) - 1]); },
    Home: () => focus(seen()[0]),
    End: () => focus(seen().at(-1)),
    ArrowRight: (row) => {
      if (row.getAttribute("aria-expanded") === "true") { focus(below(row).find((each) => !each.hidden)); } else { open(row); }
    },
    ArrowLeft: (row) => { if (row.getAttribute("aria-expanded") === "true") { close(row); } else { focus(above(row)); } },
    Enter: (row) => choose(row),
    " ": (row) => tick(row),
    u: (row) => unmapped(row),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) { return; }
    if (event.key === "Escape" && event.target.closest(".choose")) { event.preventDefault(); focus(document.getElementById(`n-${last}`) || seen()[0]); return; }
    if (event.key === "Enter" && event.target === unitBox()) {
      event.preventDefault();
      event.target.form.requestSubmit(event.target.form.querySelector('button[value="place"]'));
      return;
    }
    const row = event.target.closest("table.tree tbody tr");
    if (row && event.target === row && keys[event.key]) { event.preventDefault(); keys[event.key](row); return; }
    if (event.key === "u" && !event.target.closest("input, textarea, select")) { event.preventDefault(); unmapped(document.getElementById(`n-${last}`) || seen()[0]); }
  });
  document.addEventListener("focusin", (event) => {
    const row = event.target.closest("table.tree tbody tr");
    if (row) { last = row.dataset.id; rove(row); }
  });
  document.addEventListener("click", (event) => {
    const fold = event.target.closest("button.fold");
    if (fold) {
      event.preventDefault();
      const row = fold.closest("tr");
      if (row.getAttribute("aria-expanded") === "true") { close(row); } else { open(row); }
      focus(row);
      return;
    }
    const link = event.target.closest("a[data-go]");
    if (link) { event.preventDefault(); go(link.dataset.go, link.href); }
  });
  document.addEventListener("change", (event) => {
    if (event.target.name === "node") { tick(event.target.closest("tr"), event.target.checked); }
  });
  // After a choice has been written the tree is drawn again: focus goes back to the row that had it.
  document.addEventListener("htmx:after:swap", () => {
    const form = document.getElementById("tree-form");
    if (form) { delete form.dataset.sent; }
    rove(); count();
    const active = document.activeElement;
    if ((!active || active === document.body || !active.isConnected || active.closest(".footer")) && last && !document.querySelector(".mapping [data-focus], .mapping .wrong[role=alert]")) {
      const row = document.getElementById(`n-${last}`);
      if (row && !row.hidden) { row.focus(); }
    }
  });
  rove(); count();
})();
