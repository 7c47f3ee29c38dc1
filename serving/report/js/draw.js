// What charts and tables are drawn with. All text is set as text: visitors wrote much of it.
const SVG = "http://www.w3.org/2000/svg";

function element(tag, text = "", attributes = {}) {
  const made = document.createElement(tag);
  if (text !== "") made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

function shape(tag, attributes, text) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text != null) made.textContent = text;
  return made;
}

// Both ends of a page's name tell it apart: what is too much goes from the middle.
function shortened(text, most) {
  const letters = [...text];
  if (letters.length <= most) return text;
  const head = Math.ceil((most - 1) * 0.4);
  return `${letters.slice(0, head).join("")}…${letters.slice(head + 1 - most).join("")}`;
}

// Letters that a bar's name has room for; on a phone it has a line of its own.
const roomFor = (place) => Math.max(24, Math.floor((place.clientWidth || 560) * (innerWidth <= 620 ? 0.1 : 0.38 / 7.4)));

// One readout for the page, of what the pointer or the keyboard is on.
function showTip(target) {
  const tip = $("tip"), text = target?.dataset.tip;
  tip.hidden = !text;
  if (!text) return;
  tip.textContent = text;
  const box = target.getBoundingClientRect(), own = tip.getBoundingClientRect();
  tip.style.left = `${Math.max(4, Math.min(box.left + box.width / 2 - own.width / 2, innerWidth - own.width - 4))}px`;
  tip.style.top = `${box.top > own.height + 8 ? box.top - own.height - 6 : Math.min(box.bottom + 6, innerHeight - own.height)}px`;
}

// A bar per row, each a button that filters by it. Of a rate: its interval as a line.
function drawBars(place, rows, { value, label, bounds, few = () => false, tip, field }) {
  const most = Math.max(...rows.map((row) => (bounds?.(row) && !few(row) ? bounds(row)[1] : value(row) ?? 0)), 0) || 1;
  const wide = (part) => `${Math.max(0, Math.min(100, (100 * part) / most))}%`;
  const anyChosen = rows.some((row) => row.pressed), room = roomFor(place);
  place.replaceChildren(...rows.map((row) => {
    const line = element("li"), button = element("button", "", { type: "button", "aria-pressed": Boolean(row.pressed) });
    const track = element("span", "", { class: "track" }), bar = element("span", "", { class: "bar" });
    line.classList.toggle("pale", anyChosen && !row.pressed);
    line.classList.toggle("few", few(row));
    bar.style.width = few(row) ? "0" : wide(value(row) ?? 0);
    track.append(bar);
    if (bounds?.(row) && !few(row)) {
      const whisker = element("span", "", { class: "interval" });
      whisker.style.left = wide(bounds(row)[0]);
      whisker.style.width = wide(bounds(row)[1] - bounds(row)[0]);
      track.append(whisker);
    }
    button.append(element("span", shortened(row.name, room), { class: "name" }), track, element("span", label(row), { class: "label" }));
    button.dataset.tip = tip(row);
    button.dataset.key = `bar ${row.name}`;
    button.addEventListener("click", () => pick(field, row.value));
    line.append(button);
    return line;
  }));
}

// Round steps for an axis from the least to the most; counts have no halves.
function steps(least, most, isCount) {
  const span = most - least || 1, power = 10 ** Math.floor(Math.log10(span / 4));
  const found = power * [1, 2, 5, 10].find((each) => span / (power * each) <= 4.5), step = isCount ? Math.max(1, found) : found;
  const made = [];
  for (let tick = Math.floor(least / step) * step; tick < most + step * 0.999; tick += step) made.push(tick);
  return made;
}

let patterns = 0;
// Lines or stacked columns over days or weeks. A slot without data is hatched, and no line
// is drawn through it.
function drawTimes(place, { slots, series, stacked, write, axis, marks = [] }) {
  const width = Math.max(240, place.clientWidth), height = 210, left = 50, bottom = 26, top = 14;
  const inner = width - left - 8, band = inner / slots.length, floor = height - bottom;
  const x = (slot) => left + band * (slot + 0.5);
  const values = stacked ? slots.map((_, slot) => total(series.map((each) => each.values[slot] ?? 0)))
    : series.flatMap((each) => each.values.filter((value) => value != null));
  const ticks = steps(Math.min(0, ...values), Math.max(0, ...values) || 1, axis === number);
  const y = (value) => floor - ((value - ticks[0]) / (ticks.at(-1) - ticks[0])) * (floor - top);
  const svg = shape("svg", { width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" });
  const id = `hatch${patterns++}`, pattern = shape("pattern", { id, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" });
  pattern.append(shape("rect", { width: 2, height: 6, class: "hatch" }));
  const defs = shape("defs", {});
  defs.append(pattern);
  svg.append(defs);
  for (const tick of ticks)
    svg.append(shape("line", { x1: left, x2: width - 8, y1: y(tick), y2: y(tick), class: tick ? "grid" : "zero" }),
      shape("text", { x: left - 6, y: y(tick) + 4, "text-anchor": "end" }, axis(tick)));
  slots.forEach((slot, at) => {
    const box = { x: left + band * at, y: top, width: band, height: floor - top };
    if (!slot.has) svg.append(shape("rect", { ...box, class: "nodata", fill: `url(#${id})` }));
    else if (slot.partial) svg.append(shape("rect", { ...box, class: "partial", fill: `url(#${id})` }));
    if (slot.pressed) svg.append(shape("rect", { ...box, class: "pressed" }));
  });
  const room = Math.max(1, Math.ceil(slots.length / Math.max(1, Math.floor(inner / 64))));
  slots.forEach((slot, at) => {
    if (at % room === 0 && (at === 0 || x(at) < width - 30))
      svg.append(shape("text", { x: Math.max(left, Math.min(x(at), width - 24)), y: height - 6, "text-anchor": band > 64 || at ? "middle" : "start" }, slot.short));
  });
  if (stacked) slots.forEach((_, at) => {
    let below = 0;
    for (const { values: parts, className } of series) {
      if (!parts[at]) continue;
      svg.append(shape("rect", { class: className, x: left + band * at + Math.min(4, band * 0.15), width: Math.max(1, band - Math.min(8, band * 0.3)),
        y: y(below + parts[at]), height: y(below) - y(below + parts[at]) }));
      below += parts[at];
    }
  });
  else for (const { values: parts, className } of series) {
    let path = "", run = 0;
    const points = [];
    parts.forEach((value, at) => {
      if (value == null) { run = 0; return; }
      path += `${run++ ? "L" : "M"}${x(at).toFixed(1)} ${y(value).toFixed(1)}`;
      const alone = parts[at - 1] == null && parts[at + 1] == null;
      if (alone || (className === "now" && slots.length <= 45)) points.push(shape("circle", { cx: x(at), cy: y(value), r: alone ? 4 : 2.5, class: className }));
    });
    svg.append(shape("path", { d: path || "M0 0", class: `line ${className}` }), ...points);
  }
  marks.forEach(({ slot, sign }) => svg.append(shape("line", { x1: x(slot), x2: x(slot), y1: top, y2: floor, class: "mark" }),
    shape("text", { x: x(slot), y: top - 3, "text-anchor": "middle", class: "mark" }, sign)));
  const buttons = element("div", "", { class: "slots", role: "group", "aria-label": "Days or weeks of the chart; arrow keys move" });
  buttons.style.left = `${left}px`;
  buttons.style.width = `${inner}px`;
  slots.forEach((slot, at) => {
    const said = slot.has ? [...series].reverse().map((each) => `${each.name}: ${each.values[at] == null ? "no data" : write(each.values[at])}`).join("; ") : "no data";
    const notes = marks.filter((mark) => mark.slot === at).map((mark) => `; ${mark.text}`).join("");
    const tip = `${slot.label}: ${said}${slot.partial && slot.has ? "; not all of it has data" : ""}${notes}`;
    const button = element("button", "", { type: "button", "aria-label": tip, "aria-pressed": Boolean(slot.pressed), tabindex: at ? -1 : 0 });
    button.dataset.tip = tip;
    button.dataset.key = `days ${slot.from}`;
    button.addEventListener("click", () => pickSpan(slot.from, slot.to));
    buttons.append(button);
  });
  buttons.addEventListener("keydown", (event) => {
    const now = [...buttons.children].indexOf(document.activeElement);
    const to = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: slots.length - 1 }[event.key];
    if (to == null || !buttons.children[to]) return;
    event.preventDefault();
    buttons.children[now].tabIndex = -1;
    buttons.children[to].tabIndex = 0;
    buttons.children[to].focus();
  });
  const legend = element("p", "", { class: "legend" });
  for (const { name, className } of series) {
    const key = element("span", name);
    key.prepend(element("span", "", { class: `key ${className}${stacked ? "" : " thin"}` }));
    legend.append(key);
  }
  if (slots.some((slot) => !slot.has)) {
    const key = element("span", "no data");
    key.prepend(element("span", "", { class: "key hatched" }));
    legend.append(key);
  }
  const noted = element("ul", "", { class: "marks" });
  noted.append(...marks.map((mark) => element("li", `${mark.sign} ${slots[mark.slot].label}: ${mark.text}`)));
  place.replaceChildren(...(legend.children.length > 1 ? [legend] : []), wrapped(svg, buttons), ...(marks.length ? [noted] : []));
}

function wrapped(...children) {
  const made = element("div", "", { class: "plot" });
  made.append(...children);
  return made;
}

// A dot per channel for the chosen model, over a line from the least to the most of all.
function drawSpread(place, rows, { write, tip, field }) {
  const ends = rows.flatMap((row) => [row.least, row.most, 0]);
  const least = Math.min(...ends), span = Math.max(...ends) - least || 1;
  const at = (value) => `${(100 * (value - least)) / span}%`;
  const anyChosen = rows.some((row) => row.pressed), room = roomFor(place);
  place.replaceChildren(...rows.map((row) => {
    const line = element("li"), button = element("button", "", { type: "button", "aria-pressed": Boolean(row.pressed) });
    const track = element("span", "", { class: "track" }), spread = element("span", "", { class: "spread" });
    line.classList.toggle("pale", anyChosen && !row.pressed);
    spread.style.left = at(row.least);
    spread.style.width = `${(100 * (row.most - row.least)) / span}%`;
    track.append(spread);
    for (const [name, value] of [["other", row.other], ["one", row.one]]) {
      if (value == null) continue;
      const dot = element("span", "", { class: `dot ${name}` });
      dot.style.left = at(value);
      track.append(dot);
    }
    button.append(element("span", shortened(row.name, room), { class: "name" }), track, element("span", write(row.one), { class: "label" }));
    button.dataset.tip = tip(row);
    button.dataset.key = `bar ${row.name}`;
    button.addEventListener("click", () => pick(field, row.value));
    line.append(button);
    return line;
  }));
}

// Text that a spreadsheet would take for a formula is told to be none.
function csvCell(value) {
  const text = String(value ?? "");
  const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function saveCsv(name, columns, rows) {
  const lines = [columns.map((column) => column.title), ...rows.map((row) => columns.map((column) => column.raw(row)))];
  const text = `\ufeff${lines.map((line) => line.map(csvCell).join(",")).join("\r\n")}\r\n`;
  const link = element("a", "", { download: `${name}.csv`, href: URL.createObjectURL(new Blob([text], { type: "text/csv" })) });
  link.click();
  URL.revokeObjectURL(link.href);
}

const sorting = {};
// A column: title, the raw value of a row, how that is written, and how a row is chosen.
function drawTable(id, place, columns, rows) {
  const { by = null, down = true } = sorting[id] ?? {};
  const column = columns.find((each) => each.title === by), sorted = [...rows];
  const key = (row) => column.raw(row) ?? -Infinity;
  if (column) sorted.sort((one, other) => (down ? -1 : 1) * (typeof key(one) === "string" || typeof key(other) === "string"
    ? String(key(one)).localeCompare(String(key(other))) : key(one) - key(other)));
  const head = element("tr"), body = element("tbody"), table = element("table");
  for (const each of columns) {
    const cell = element("th", "", { scope: "col", ...(each === column ? { "aria-sort": down ? "descending" : "ascending" } : {}) });
    const button = element("button", each.title, { type: "button" });
    button.append(element("span", each === column ? (down ? " ▼" : " ▲") : "", { "aria-hidden": "true" }));
    button.addEventListener("click", () => {
      sorting[id] = { by: each.title, down: each === column ? !down : typeof (rows[0] && each.raw(rows[0])) !== "string" };
      drawTable(id, place, columns, rows);
      place.querySelectorAll("th button")[columns.indexOf(each)].focus();
    });
    cell.append(button);
    head.append(cell);
  }
  for (const row of sorted) {
    const line = element("tr");
    columns.forEach((each, at) => {
      const text = each.write ? each.write(each.raw(row), row) : each.raw(row) ?? none;
      const cell = element(at ? "td" : "th", at || !row.choose ? text : "", at ? {} : { scope: "row" });
      if (!at && row.choose) {
        const button = element("button", text, { type: "button", "aria-pressed": Boolean(row.pressed) });
        button.dataset.key = `row ${text}`;
        cell.append(button);
      }
      line.append(cell);
    });
    line.classList.toggle("chosen", Boolean(row.pressed));
    // The button's click arrives here as well.
    if (row.choose) line.addEventListener("click", row.choose);
    body.append(line);
  }
  table.append(element("thead"), body);
  table.tHead.append(head);
  const save = element("button", "Save as CSV", { type: "button", class: "save" });
  save.addEventListener("click", () => saveCsv(id, columns, sorted));
  const scroll = element("div", "", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Table" });
  scroll.append(table);
  place.replaceChildren(save, scroll);
}
