// Live fragments, choosing a window by mouse and keyboard, the theme, and the account's key. No framework.

const element = (id) => document.getElementById(id);
const connection = element("connection");
let query = new URLSearchParams(location.search);
let events = null;

// --- live fragments ---

const FRAGMENTS = ["status", "alarms", "map", "curve", "window", "trades", "settlement", "reserves"];

/** Replaces a fragment's content; who has the focus inside keeps it, and what was scrolled stays so. */
function replace(id, content) {
  const target = element(id);
  const focused = target.contains(document.activeElement) ? document.activeElement : null;
  const cell = focused && focused.dataset.begin ? position(focused) : null;
  const scrolled = target.querySelector(".scroll");
  const [left, top] = scrolled ? [scrolled.scrollLeft, scrolled.scrollTop] : [0, 0];
  target.innerHTML = content;
  const scroll = target.querySelector(".scroll");
  if (scroll) scroll.scrollTo(left, top);
  if (cell) cellAt(cell.row, cell.column)?.focus({ preventScroll: true });
  if (id === "map" && picking) markPicked();
}

function say(text, live) {
  connection.textContent = text;
  connection.className = live ? "live" : "";
}

function follow() {
  events?.close();
  const opened = new EventSource(`/live?${query}`);
  events = opened;
  opened.addEventListener("open", () => say("live", true));
  for (const id of FRAGMENTS) opened.addEventListener(id, (event) => replace(id, event.data));
  opened.onerror = () => {
    say("not live: trying again", false);
    // Refused, not only interrupted: the browser gives up, we do not.
    if (opened.readyState === EventSource.CLOSED) {
      setTimeout(() => { if (events === opened) follow(); }, 5000);
    }
  };
}

/** Looks at something else: the address says what. */
function go(changes) {
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) query.delete(name); else query.set(name, value);
  }
  history.replaceState(null, "", `/?${query}`);
  follow();
}

// --- the map ---

const map = element("map");
let picking = null; // {row, from, to}: columns

const rowsOf = () => [...map.querySelectorAll("tbody.prices tr")];
const cellAt = (row, column) => rowsOf()[row]?.querySelectorAll("a")[column];

function position(link) {
  const row = link.closest("tr");
  return { row: rowsOf().indexOf(row), column: [...row.querySelectorAll("a")].indexOf(link) };
}

function markPicked() {
  for (const cell of map.querySelectorAll(".picking")) cell.classList.remove("picking");
  if (!picking) return;
  const [first, last] = [Math.min(picking.from, picking.to), Math.max(picking.from, picking.to)];
  for (let column = first; column <= last; column++) {
    cellAt(picking.row, column)?.closest("td").classList.add("picking");
  }
}

function choose() {
  if (!picking) return;
  const ends = [picking.from, picking.to].sort((a, b) => a - b).map((column) => cellAt(picking.row, column));
  picking = null;
  markPicked();
  if (!ends[0] || !ends[1]) return;
  const [begin, end] = [ends[0].dataset.begin, ends[1].dataset.end];
  const form = element("purchase");
  form.elements.begin.value = begin;
  form.elements.end.value = end;
  go({ begin, end });
}

const linkUnder = (event) => event.target.closest("a[data-begin]");
let dragging = false;

map.addEventListener("pointerdown", (event) => {
  const link = linkUnder(event);
  if (!link || event.button !== 0 || event.pointerType !== "mouse") return;
  const { row, column } = position(link);
  picking = { row, from: column, to: column };
  dragging = true;
  markPicked();
});
map.addEventListener("pointerover", (event) => {
  const link = linkUnder(event);
  if (!dragging || !link) return;
  picking.to = position(link).column;
  markPicked();
});
addEventListener("pointerup", () => { if (dragging) { dragging = false; choose(); } });
addEventListener("pointercancel", () => { dragging = false; picking = null; markPicked(); });
map.addEventListener("dragstart", (event) => event.preventDefault());
map.addEventListener("click", (event) => {
  const link = linkUnder(event);
  if (link) {
    event.preventDefault();
    // By mouse it was chosen already; by touch or by a screen reader it is now.
    if (event.pointerType !== "mouse") {
      const { row, column } = position(link);
      picking = { row, from: column, to: column };
      choose();
    }
  }
});

const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

map.addEventListener("keydown", (event) => {
  const link = linkUnder(event);
  if (!link) return;
  const { row, column } = position(link);
  if (event.key === "Enter" || event.key === " ") {
    event.preventDefault();
    picking ??= { row, from: column, to: column };
    choose();
  } else if (event.key === "Escape") {
    picking = null;
    markPicked();
  } else if (STEPS[event.key]) {
    event.preventDefault();
    const [down, right] = STEPS[event.key];
    const next = cellAt(row + down, column + right);
    if (!next) return;
    if (event.shiftKey && right !== 0) {
      picking ??= { row, from: column, to: column };
      picking.to = column + right;
    } else {
      picking = null;
    }
    markPicked();
    next.focus();
  }
});

// --- switches and the purchase ---

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-set]");
  if (!link) return;
  event.preventDefault();
  const [name, value] = link.dataset.set.split("=");
  go(name === "scale" ? { scale: value, from: null } : { [name]: value });
  for (const other of link.parentElement.querySelectorAll(`a[data-set^="${name}="]`)) {
    if (other === link) other.setAttribute("aria-current", "true"); else other.removeAttribute("aria-current");
  }
});

element("purchase").addEventListener("submit", (event) => {
  event.preventDefault();
  const data = new FormData(event.target);
  const chosen = element("window").querySelector(".when");
  const begin = data.get("begin") || chosen?.dataset.begin || null;
  const end = data.get("end") || chosen?.dataset.end || null;
  go({ count: data.get("count"), lot: data.get("lot"), begin, end });
});

// --- the account ---

let key = null;
let asking = null;

async function showAccount() {
  clearTimeout(asking);
  if (key === null) return;
  const asked = key;
  try {
    const answer = await fetch("/account", { method: "POST", headers: { authorization: `Bearer ${asked}` } });
    const text = await answer.text();
    if (asked !== key) return;
    if (answer.status === 401) {
      key = null;
      element("forget").hidden = true;
      element("account").textContent = text;
      return;
    }
    if (answer.ok && element("account").innerHTML !== text) element("account").innerHTML = text;
    if (!answer.ok) element("account").textContent = text;
  } catch {
    // The connection's own state says it; the next try comes.
  }
  asking = setTimeout(showAccount, 2000);
}

element("key-form").addEventListener("submit", (event) => {
  event.preventDefault();
  key = element("key").value.trim();
  element("key").value = "";
  element("forget").hidden = false;
  showAccount();
});
element("forget").addEventListener("click", () => {
  key = null;
  clearTimeout(asking);
  element("forget").hidden = true;
  element("account").replaceChildren();
});

// --- the theme ---

const root = document.documentElement;
const kept = localStorage.getItem("theme");
if (kept === "dark" || kept === "light") root.dataset.theme = kept;
element("theme").addEventListener("click", () => {
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  localStorage.setItem("theme", root.dataset.theme);
});

follow();
