// What is chosen, what each chart makes of it, and what the page says.
const VISITOR_FIELDS = ["channel", "device", "visitor_type"];
// Names by which rows are filtered, as the page says them.
const FIELDS = { channel: "channel", device: "device", visitor_type: "visitor type", country: "country",
  source_medium: "source / medium", campaign: "campaign", reason: "reason", landing_page: "landing page",
  page: "page", step: "funnel step", path: "path", outcome: "outcome", first_device: "first device" };
const SELECTS = ["channel", "device", "visitor_type", "country"];
const COMPARED = { before: "the days before", month: "the month before", weekdays: "the same weekdays before", year: "the year before" };
const DEFAULTS = { period: "30", compare: "before", model_1: "last_touch", model_2: "first_touch" };
const state = { fields: new Map(), span: null };

// ---- what is chosen

function chosenNow() {
  const [from, to] = state.span ?? [dayOf($("from").value), dayOf($("to").value)];
  return { from, to, goal: Number($("goal").value || -1), compare: $("compare").value, fields: state.fields };
}
const goalName = () => data.texts.goal?.[Number($("goal").value || -1)] ?? null;
function descriptionOf(goal) {
  const { goal: goals = [], goal_description: said = [] } = data.goal_names ?? {};
  return data.texts.goal_description?.[said[goals.indexOf(goal)]] ?? "";
}
const wholePeriod = (chosen) => ({ ...chosen, from: dayOf($("from").value), to: dayOf($("to").value) });
const nameOf = (field, value) => (field === "country" ? countryName(data.texts.country[value]) : data.texts[field][value]);

function countryName(code) {
  if (!/^[A-Z]{2}$/.test(code)) return code;
  return new Intl.DisplayNames(undefined, { type: "region", fallback: "code" }).of(code);
}

function pick(field, value) {
  if (state.fields.get(field) === value) state.fields.delete(field);
  else state.fields.set(field, value);
  changed();
}

function pickSpan(from, to) {
  const [first, last] = [Math.max(from, dayOf($("from").value)), Math.min(to, dayOf($("to").value))];
  state.span = state.span?.[0] === first && state.span[1] === last ? null : [first, last];
  changed();
}

function fragment() {
  const said = new URLSearchParams();
  for (const name of ["period", "compare", "funnel_name", "model_1", "model_2"])
    if ($(name).value && $(name).value !== (DEFAULTS[name] ?? $(name).options[0]?.value)) said.set(name, $(name).value);
  if ($("period").value === "own") for (const name of ["from", "to"]) said.set(name, $(name).value);
  if ($("goal").selectedIndex > 0) said.set("goal", goalName());
  for (const [field, value] of state.fields) said.set(field, data.texts[field][value]);
  if (state.span) said.set("days", state.span.map(iso).join(".."));
  return said.toString();
}

function changed() {
  const said = fragment();
  if (said !== location.hash.slice(1)) history.pushState(null, "", said ? `#${said}` : location.pathname + location.search);
  draw();
}

// What a link says is taken as far as this report has it.
function restore() {
  const said = new URLSearchParams(location.hash.slice(1));
  const set = (id, value) => { if ([...$(id).options].some((option) => option.value === value)) $(id).value = value; };
  for (const [name, value] of Object.entries(DEFAULTS)) set(name, said.get(name) ?? value);
  set("funnel_name", said.get("funnel_name") ?? $("funnel_name").options[0]?.value);
  // The main goal is the first.
  set("goal", $("goal").options[0]?.value);
  set("goal", String(data.texts.goal?.indexOf(said.get("goal"))));
  setPeriod();
  for (const name of ["from", "to"]) if ($("period").value === "own" && isDay(said.get(name))) $(name).value = said.get(name);
  state.fields.clear();
  for (const field of Object.keys(FIELDS)) {
    const value = said.has(field) ? data.texts[field]?.indexOf(said.get(field)) ?? -1 : -1;
    if (value >= 0) state.fields.set(field, value);
  }
  const span = (said.get("days") ?? "").split("..");
  state.span = span.length === 2 && span.every(isDay) ? span.map(dayOf) : null;
}
const isDay = (text) => /^\d{4}-\d\d-\d\d$/.test(text ?? "") && !Number.isNaN(Date.parse(text));

// The last calendar month whose every day is known, or null.
function lastWholeMonth() {
  const end = new Date((lastDay + 1) * DAY);
  const to = Date.UTC(end.getUTCFullYear(), end.getUTCMonth(), 1) / DAY - 1;
  const last = new Date(to * DAY);
  const from = Date.UTC(last.getUTCFullYear(), last.getUTCMonth(), 1) / DAY;
  return from < firstDay ? null : [from, to];
}

function setPeriod() {
  const period = $("period").value;
  const reached = (names, ends) => names.flatMap((name) => data[name]?.report_date ?? []).filter((day) => day != null)
    .reduce(([least, most], day) => [Math.min(least, day), Math.max(most, day)], ends);
  // Old data is received late: such a day can be chosen, but is none of all days.
  const [first, last] = reached(["sessions", "money", "spend", "attribution"], [firstDay, lastDay]);
  const [least, most] = reached(["quality"], [first, last]);
  for (const id of ["from", "to"]) Object.assign($(id), { min: iso(least), max: iso(most) });
  if (period === "own") return;
  const [from, to] = period === "month" ? lastWholeMonth()
    : period === "all" ? [first, last] : [Math.max(firstDay, lastDay - Number(period) + 1), lastDay];
  $("from").value = iso(from);
  $("to").value = iso(to);
}

// ---- figures

const arrow = (by) => (by > 0 ? "▲" : by < 0 ? "▼" : "=");
// "▲ 16.0 % per day", and whether that is more than chance.
function toldChange(found, pairs, perDay = true) {
  if (!found) return "nothing to compare with";
  const size = found.points == null ? percent(Math.abs(found.by)) : `${decimal(100 * Math.abs(found.points))} points`;
  const days = pairs.count < pairs.all ? ` (${pairs.count} of ${pairs.all} days have data)` : "";
  if (!(found.points ?? found.by)) return `unchanged${days}`;
  return `${arrow(found.points ?? found.by)} ${size}${perDay && found.points == null ? " per day" : ""}${toldChance(found)}${days}`;
}

function figures(chosen, pairs) {
  const one = () => 0, goal = goalName();
  const counts = sum("sessions", chosen, ["sessions", "bounces"]);
  const goals = sum("goals", chosen, ["goal_converting_sessions"]);
  const amounts = sum("money", chosen, ["conversions", "revenue", "refunds"]);
  const daysOf = (name, measure) => pairedDays(name, chosen, pairs, measure, one).get(0) ?? [new Float64Array(pairs.count), new Float64Array(pairs.count)];
  const parts = (name, measure) => [pairs.now, pairs.before].map((only) => sum(name, chosen, [measure], only)[measure]);
  const [sessions, sessionsThen] = parts("sessions", "sessions"), [bounces, bouncesThen] = parts("sessions", "bounces");
  const [converting, convertingThen] = parts("goals", "goal_converting_sessions");
  const net = amounts.revenue + amounts.refunds;
  const target = targetsOf(chosen);
  const rate = (part, whole) => (whole < FEW ? `${many(whole, "session")}: too few to say` : `${between(interval(part, whole))} (90 %), ${many(whole, "session")}`);
  const visitorsNow = visitors(chosen);
  const found = [
    { id: "sessions", title: "Sessions", value: number(counts.sessions), good: true,
      change: change(daysOf("sessions", (table, row) => table.sessions[row]), true, pairs) },
    { id: "visitors", title: "Visitors", value: number(visitorsNow), good: true,
      more: visitorsNow == null ? "not counted by this filter" : "distinct in the period",
      change: countChange(visitors(chosen, pairs.now), visitors(chosen, pairs.before), pairs), perDay: false },
  ];
  if (goal != null) found.push(
    { id: "conversions", title: `Conversions: ${goal}`, value: number(amounts.conversions), good: true,
      more: target.conversions ? toldTarget(target.conversions, decimal) : "",
      change: change(daysOf("money", (table, row) => table.conversions[row]), true, pairs) },
    { id: "conversion_rate", title: `Conversion rate: ${goal}`, value: percent(ratio(goals.goal_converting_sessions, counts.sessions)), good: true,
      few: counts.sessions < FEW, more: rate(goals.goal_converting_sessions, counts.sessions),
      change: rateChange(converting, sessions, convertingThen, sessionsThen) });
  if (goal != null && hasMoney(chosen.goal)) found.push(
    { id: "revenue", title: `Net revenue: ${goal}${data.currency ? `, ${data.currency}` : ""}`, value: money(net), good: true,
      more: `gross ${money(amounts.revenue)}, refunded ${money(-amounts.refunds)}` +
        (target.revenue ? `; gross is ${toldTarget(target.revenue, money)}` : ""),
      change: change(daysOf("money", (table, row) => table.revenue[row] + table.refunds[row]), false, pairs) });
  // Fewer bounces may be a tracker that broke: no good news while days lack data.
  found.push({ id: "bounce_rate", title: "Bounce rate", value: percent(ratio(counts.bounces, counts.sessions)), good: false,
    few: counts.sessions < FEW, more: rate(counts.bounces, counts.sessions), silent: !pairs.isWhole,
    change: rateChange(bounces, sessions, bouncesThen, sessionsThen) });
  return { found, sessions: counts.sessions, conversions: amounts.conversions, net, gross: amounts.revenue, target: target.conversions };
}

const hasMoney = (goal) => (data.money?.goal ?? []).some((each, row) => each === goal && data.money.revenue[row]);

function drawFigures(chosen, pairs) {
  const known = figures(chosen, pairs);
  $("figures").replaceChildren(...known.found.map((each) => {
    const block = element("div", "", { "data-metric": each.id }), by = each.change?.points ?? each.change?.by;
    const tone = each.change?.beyond && !each.silent ? ((by > 0) === each.good ? "up" : "down") : "same";
    block.append(element("dt", each.title), element("dd", each.value, { class: each.few ? "now few" : "now" }));
    if (each.more) block.append(element("dd", each.more, { class: "more" }));
    block.append(element("dd", toldChange(each.change, pairs, each.perDay) +
      (each.silent && each.change?.beyond ? "; days without all their data, so no verdict" : ""), { class: `change ${tone}` }));
    return block;
  }));
  return known;
}

// What the days with a target and data should have, and have; of revenue before refunds.
function targetsOf(chosen) {
  return Object.fromEntries(["conversions", "revenue"].map((measure) => {
    const days = new Map();
    for (let day = chosen.from; day <= chosen.to; day++) {
      const wanted = hasData(day) ? targetDay(chosen, day, measure) : null;
      if (wanted != null) days.set(day, wanted);
    }
    const wanted = total([...days.values()]);
    return [measure, wanted ? { wanted, days: days.size, reached: sum("money", chosen, [measure], days)[measure] } : null];
  }));
}
const shareOfTarget = ({ reached, wanted }) => `${percent(reached / wanted)} of the target`;
const daysOfTarget = ({ days }) => `for ${many(days, "day")} with data`;
const toldTarget = (target, write) => `${shareOfTarget(target)} of ${write(target.wanted)} ${daysOfTarget(target)}`;

// Targets are of months: a day takes its part. Known by goal and channel alone.
function targetDay(chosen, day, measure) {
  const table = data.targets ?? {}, others = [...chosen.fields.keys()].filter((field) => has("sessions", field) && field !== "channel");
  if (others.length || !rowCount("targets")) return null;
  const channel = chosen.fields.has("channel") ? nameOf("channel", chosen.fields.get("channel")) : "(all)";
  const date = new Date(day * DAY), month = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1) / DAY;
  const length = (Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1) / DAY) - month;
  for (let row = 0; row < rowCount("targets"); row++)
    if (table.month_started_date[row] === month && table.goal[row] === chosen.goal && data.texts.target_channel[table.target_channel[row]] === channel)
      return table[`target_${measure}`][row] == null ? null : table[`target_${measure}`][row] / length;
  return null;
}

function filling(id, table) {
  if (data.missing[table]) return `This file has no ${data.missing[table]}: build that mart to fill this.`;
  if (goalName() == null && (["goals", "money", "attribution", "paths"].includes(table) || id.endsWith("_rate"))) return FILL.goal;
  if (id === "revenue_by_day" && !hasMoney(Number($("goal").value))) return FILL.revenue;
  const own = { money: "conversions" }[table] ?? table;
  const some = has(table, "goal") ? data[table].goal.includes(Number($("goal").value)) : rowCount(table);
  if (!some || (table === "quality" && !data.texts.outcome?.some((name) => name !== "accepted"))) return FILL[own];
  return "Nothing here under these filters.";
}

function drawChart(id, chosen) {
  const figure = $(id), [table, make] = CHARTS[id], place = figure.querySelector(".chart"), made = make(chosen);
  const isEmpty = made.isEmpty || made.isUnfilled || (id === "revenue_by_day" && !hasMoney(chosen.goal));
  const ignored = [...chosen.fields.keys()].filter((field) => !has(table, field)).map((field) => FIELDS[field]);
  if (state.span && !has(table, "report_date")) ignored.push("day");
  figure.classList.toggle("empty", Boolean(isEmpty));
  figure.querySelector(".told").textContent = made.told ?? "";
  figure.querySelector(".note").textContent = [isEmpty ? made.isUnfilled || filling(id, table) : "",
    !isEmpty && made.hidden > 0 ? `${number(made.hidden)} more in the table.` : "",
    ignored.length ? `Not filtered by ${ignored.join(", ")}.` : ""].filter(Boolean).join(" ");
  figure.querySelector("details").hidden = isEmpty;
  if (isEmpty) place.replaceChildren();
  else made.draw(place);
  const details = figure.querySelector("details");
  details.redraw = () => drawTable(id, details.querySelector(".rows"), made.columns, made.rows);
  if (details.open && !isEmpty) details.redraw();
}

// ---- what the page says

function sentence(chosen, known, pairs) {
  const goal = goalName(), on = range(chosen.from, chosen.to);
  if (![...days.keys()].some((day) => day >= chosen.from && day <= chosen.to && hasData(day))) return `${on}: no data was received, so there is nothing to say.`;
  const said = [`${on}: ${many(known.sessions, "session")}`];
  if (goal != null) {
    const { target } = known;
    said.push(` brought ${many(known.conversions, "conversion")} (${goal}${target ? `, ${shareOfTarget(target)} ${daysOfTarget(target)}` : ""})`);
    if (hasMoney(chosen.goal)) said.push(`, ${money(known.net)} net of refunds (${money(known.gross)} gross)`);
  }
  const first = known.found[0].change;
  const how = !first ? "" : first.beyond
    ? ` Sessions per day ${first.by > 0 ? "rose" : "fell"} by ${percent(Math.abs(first.by))} against ${COMPARED[chosen.compare]}.`
    : first.isFew ? ` Too few days to say whether sessions differ from ${COMPARED[chosen.compare]}.`
    : ` Sessions per day differ from ${COMPARED[chosen.compare]} by no more than chance.`;
  return `${said.join("")}.${lead(chosen, known)}${how}`;
}

// Which channel brought the largest part, where one did and it has a name.
function lead(chosen, { conversions }) {
  if (goalName() == null || chosen.fields.has("channel")) return "";
  const [first, second] = breakdown("channel", chosen).sort((one, other) => other.conversions - one.conversions);
  if (!first?.conversions || first.name.startsWith("(") || first.conversions === second?.conversions) return "";
  const part = first.conversions / conversions;
  return ` ${part > 0.5 ? "Most" : "The largest part"} came by ${first.name}: ${percent(part)}.`;
}

function drawChips(chosen) {
  const chip = (text, act) => {
    const made = element("button", text, { type: "button", class: "chip", "aria-label": `${text}: remove this filter` });
    made.append(element("span", " ✕", { "aria-hidden": "true" }));
    made.addEventListener("click", act);
    return made;
  };
  const chips = [...chosen.fields].map(([field, value]) => chip(`${capital(FIELDS[field])}: ${shortened(nameOf(field, value), 40)}`, () => pick(field, value)));
  if (state.span) chips.unshift(chip(`Days: ${range(...state.span)}`, () => { state.span = null; changed(); }));
  $("chips").replaceChildren(...chips);
}

function say(chosen, pairs) {
  const missing = Array.from({ length: chosen.to - chosen.from + 1 }, (_, place) => chosen.from + place).filter((day) => !hasData(day)).length;
  const then = pairs.then.every((day) => day != null) ? range(...pairs.then) : COMPARED[chosen.compare];
  $("status").textContent = `${pairs.count ? `Compared with ${then}: ` : `Nothing to compare with in ${then}: `}` +
    `${pairs.count} of ${many(pairs.all, "day")} ${pairs.count === 1 ? "has" : "have"} data in both.` +
    (missing ? ` ${many(missing, "day")} of the period without data: hatched, not counted as zero.` : "");
}

// What is drawn anew has new elements: the keyboard stays on the one of the same name.
function keepingFocus(act) {
  const { key } = document.activeElement?.dataset ?? {}, figure = document.activeElement?.closest("figure");
  const isChip = document.activeElement?.matches(".chip");
  act();
  if (isChip) ($("chips").querySelector("button") ?? $("period")).focus();
  else if (key != null && figure) [...figure.querySelectorAll("[data-key]")].find((each) => each.dataset.key === key)?.focus({ preventScroll: true });
}

function draw() {
  keepingFocus(drawAll);
}

function drawAll() {
  showTip(null);
  for (const name of SELECTS) $(name).value = state.fields.get(name) ?? "";
  const chosen = chosenNow();
  drawChips(chosen);
  if (!(chosen.from <= chosen.to)) {
    $("status").textContent = "The period has no day: choose a first day that is not after the last one.";
    return;
  }
  for (const place of document.querySelectorAll("[data-goal]")) place.textContent = goalName() ?? "no goal";
  for (const place of document.querySelectorAll("[data-description]")) place.textContent = descriptionOf(chosen.goal);
  for (const place of document.querySelectorAll("[data-currency]")) place.textContent = data.currency && hasMoney(chosen.goal) ? `, ${data.currency}` : "";
  for (const place of document.querySelectorAll("[data-credit]")) place.textContent = hasMoney(chosen.goal) ? "revenue" : "conversions";
  const pairs = paired(chosen), known = drawFigures(chosen, pairs);
  $("sentence").textContent = sentence(chosen, known, pairs);
  for (const id of Object.keys(CHARTS)) drawChart(id, chosen);
  say(chosen, pairs);
  document.documentElement.dataset.drawn = Number(document.documentElement.dataset.drawn ?? 0) + 1;
}

function offer(id, names, valueOf) {
  const options = names.map((name, place) => [name, valueOf(name, place)]).sort(([one], [other]) => (one < other ? -1 : 1));
  $(id).append(...options.map(([name, value]) => element("option", name, { value })));
}

function offerChoices() {
  const used = (field) => [...new Set(data.sessions[field] ?? [])];
  for (const field of SELECTS) {
    const options = used(field).map((value) => [nameOf(field, value), value]).sort(([one], [other]) => (one < other ? -1 : 1));
    $(field).append(...options.map(([name, value]) => element("option", name, { value })));
  }
  for (const value of data.goal_names?.goal ?? []) $("goal").append(element("option", data.texts.goal[value], { value }));
  $("goal").closest("label").hidden = !$("goal").options.length;
  for (const id of ["funnel_name", "model_1", "model_2"]) {
    offer(id, data.texts[id === "funnel_name" ? "funnel" : "attribution_model"] ?? [], (name) => name);
    $(id).closest("label").hidden = $(id).options.length < 2;
  }
  if (!lastWholeMonth()) $("period").querySelector("[value=month]").remove();
}

function complete(figure) {
  const details = element("details"), place = element(figure.dataset.bars == null ? "div" : "ul", "", { class: figure.dataset.bars == null ? "chart" : "chart bars" });
  details.append(element("summary", "Table"), element("div", "", { class: "rows" }));
  details.addEventListener("toggle", () => { if (details.open) details.redraw(); });
  figure.querySelector("figcaption").before(element("p", "", { class: "told" }), place, element("p", "", { class: "note" }));
  figure.append(details);
}

async function begin() {
  data = await unpacked($("data").textContent);
  prepare();
  offerChoices();
  for (const figure of document.querySelectorAll("figure")) complete(figure);
  restore();
  draw();
  $("build").textContent = `Sessions from ${range(firstDay, lastDay)}. Build ${data.build_id}.`;
  $("period").addEventListener("change", () => { state.span = null; setPeriod(); });
  for (const id of ["from", "to"]) $(id).addEventListener("change", () => { $("period").value = "own"; state.span = null; });
  for (const name of SELECTS) $(name).addEventListener("change", () => {
    if ($(name).value === "") state.fields.delete(name);
    else state.fields.set(name, Number($(name).value));
  });
  $("filters").addEventListener("change", changed);
  $("more").addEventListener("click", () => $("more").setAttribute("aria-expanded", $("filters").classList.toggle("open")));
  $("filters").addEventListener("submit", (event) => event.preventDefault());
  $("filters").addEventListener("reset", (event) => {
    event.preventDefault();
    history.pushState(null, "", location.pathname + location.search);
    restore();
    draw();
  });
  for (const id of ["funnel_name", "model_1", "model_2"]) $(id).addEventListener("change", changed);
  for (const link of document.querySelectorAll("a[href^='#']")) link.addEventListener("click", (event) => {
    // The fragment holds the filters.
    event.preventDefault();
    const section = document.querySelector(link.getAttribute("href"));
    section.scrollIntoView();
    section.focus({ preventScroll: true });
  });
  addEventListener("hashchange", () => { restore(); draw(); });
  for (const [event, of] of [["pointerover", "pointerout"], ["focusin", "focusout"]]) {
    document.addEventListener(event, ({ target }) => showTip(target.closest?.("[data-tip]")));
    document.addEventListener(of, () => showTip(null));
  }
  addEventListener("keydown", ({ key }) => { if (key === "Escape") showTip(null); });
  let width = innerWidth;
  addEventListener("resize", () => { if (innerWidth !== width) { width = innerWidth; draw(); } });
  performance.measure("ready");
}

begin();
