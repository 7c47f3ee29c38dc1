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
  if ($("goal").options.length) set("goal", String(Math.max(0, data.texts.goal.indexOf(said.get("goal")))));
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
  const known = ["sessions", "money", "spend", "attribution", "quality"].flatMap((name) => data[name]?.report_date ?? []).filter((day) => day != null);
  const [first, last] = known.reduce(([least, most], day) => [Math.min(least, day), Math.max(most, day)], [firstDay, lastDay]);
  for (const id of ["from", "to"]) Object.assign($(id), { min: iso(first), max: iso(last) });
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
  if (!pairs.count) return "no day to compare: none has data in both periods";
  if (!found) return `nothing to compare with in ${COMPARED[$("compare").value]}`;
  const size = found.points == null ? percent(Math.abs(found.by)) : `${decimal(100 * Math.abs(found.points))} points`;
  const days = pairs.count < pairs.all ? `, ${pairs.count} of ${pairs.all} days have data in both` : "";
  return `${arrow(found.points ?? found.by)} ${size}${perDay && found.points == null ? " per day" : ""}${found.beyond ? "" : ", within chance"}${days}`;
}

function figures(chosen, pairs) {
  const one = () => 0, goal = goalName();
  const counts = sum("sessions", chosen, ["sessions", "bounces"]);
  const goals = sum("goals", chosen, ["converting_sessions"]);
  const amounts = sum("money", chosen, ["conversions", "gross_revenue", "refunded_revenue"]);
  const daysOf = (name, measure) => pairedDays(name, chosen, pairs, measure, one).get(0) ?? [new Float64Array(pairs.count), new Float64Array(pairs.count)];
  const parts = (name, measure) => [pairs.now, pairs.before].map((only) => sum(name, chosen, [measure], only)[measure]);
  const [sessions, sessionsThen] = parts("sessions", "sessions"), [bounces, bouncesThen] = parts("sessions", "bounces");
  const [converting, convertingThen] = parts("goals", "converting_sessions");
  const net = amounts.gross_revenue - amounts.refunded_revenue;
  const target = targetOf(chosen);
  const rate = (part, whole) => (whole < FEW ? `${many(whole, "session")}: too few to say` : `${between(interval(part, whole))} (90 %), ${many(whole, "session")}`);
  const visitorsNow = visitors(chosen);
  const found = [
    { id: "sessions", title: "Sessions", value: number(counts.sessions), good: true,
      change: change(daysOf("sessions", (table, row) => table.sessions[row]), true) },
    { id: "visitors", title: "Visitors", value: number(visitorsNow), good: true,
      more: visitorsNow == null ? "not counted by this filter" : "distinct in the period",
      change: countChange(visitors(chosen, pairs.now), visitors(chosen, pairs.before)), perDay: false },
  ];
  if (goal != null) found.push(
    { id: "conversions", title: `Conversions: ${goal}`, value: number(amounts.conversions), good: true,
      more: target.conversions ? `${percent(amounts.conversions / target.conversions)} of the target of ${decimal(target.conversions)}` : "",
      change: change(daysOf("money", (table, row) => table.conversions[row]), true) },
    { id: "conversion_rate", title: `Conversion rate: ${goal}`, value: percent(ratio(goals.converting_sessions, counts.sessions)), good: true,
      few: counts.sessions < FEW, more: rate(goals.converting_sessions, counts.sessions),
      change: rateChange(converting, sessions, convertingThen, sessionsThen) });
  if (goal != null && hasMoney(chosen.goal)) found.push(
    { id: "revenue", title: `Net revenue: ${goal}${data.currency ? `, ${data.currency}` : ""}`, value: money(net), good: true,
      more: `gross ${money(amounts.gross_revenue)}, refunds ${money(amounts.refunded_revenue)}` +
        (target.revenue ? `; ${percent(net / target.revenue)} of the target of ${money(target.revenue)}` : ""),
      change: change(daysOf("money", (table, row) => table.gross_revenue[row] - table.refunded_revenue[row]), false) });
  // Fewer bounces may be a tracker that broke: no good news while days lack data.
  found.push({ id: "bounce_rate", title: "Bounce rate", value: percent(ratio(counts.bounces, counts.sessions)), good: false,
    few: counts.sessions < FEW, more: rate(counts.bounces, counts.sessions), silent: !pairs.isWhole,
    change: rateChange(bounces, sessions, bouncesThen, sessionsThen) });
  return { found, sessions: counts.sessions, conversions: amounts.conversions, net, gross: amounts.gross_revenue };
}

const hasMoney = (goal) => (data.money?.goal ?? []).some((each, row) => each === goal && data.money.gross_revenue[row]);

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

// Targets are of months: a period takes its days' part. Known by goal and channel alone.
function targetOf(chosen) {
  const found = { conversions: 0, revenue: 0 };
  for (let day = chosen.from; day <= chosen.to; day++)
    for (const measure of ["conversions", "revenue"]) found[measure] += targetDay(chosen, day, measure) ?? 0;
  return found;
}

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

// ---- charts over time

// Days, or weeks where there are too many of them to be clicked.
function slotsOf(from, to, byWeek) {
  const slots = [];
  const weekOf = (day) => days.get(day)?.week_started_date ?? day - ((day + 3) % 7 + 7) % 7;
  for (let day = from; day <= to; day++) {
    const last = slots.at(-1);
    if (byWeek && last?.week === weekOf(day)) last.to = day;
    else slots.push({ from: day, to: day, week: weekOf(day) });
  }
  for (const slot of slots) {
    const all = Array.from({ length: slot.to - slot.from + 1 }, (_, place) => slot.from + place);
    slot.has = all.some(hasData);
    slot.partial = slot.has && all.some((day) => !hasData(day) || isPartial(day));
    slot.known = all.filter(hasData).length;
    slot.short = shown(slot.from);
    slot.label = range(slot.from, slot.to);
    slot.pressed = state.span != null && slot.from <= state.span[1] && slot.to >= state.span[0];
  }
  return slots;
}

const spanRow = (slot) => ({ pressed: slot.pressed, choose: () => pickSpan(slot.from, slot.to) });
const TOO_MANY_DAYS = 120;

function overTime(name, measure, write, axis, target) {
  return (given) => {
    const chosen = wholePeriod(given), pairs = paired(chosen), byWeek = chosen.to - chosen.from >= TOO_MANY_DAYS;
    const slots = slotsOf(chosen.from, chosen.to, byWeek), table = data[name] ?? {};
    const ofDay = new Map(), place = new Map(slots.flatMap((slot, at) => Array.from({ length: slot.to - slot.from + 1 }, (_, day) => [slot.from + day, at])));
    each(name, chosen, (row) => ofDay.set(table.report_date[row], (ofDay.get(table.report_date[row]) ?? 0) + measure(table, row)), undefined, -Infinity, Infinity);
    const now = slots.map(() => null), before = slots.map(() => null), aim = slots.map(() => null), known = slots.map(() => 0);
    for (const [day, at] of place) {
      const other = pairs.of(day), wanted = target ? targetDay(chosen, day, target) : null;
      if (hasData(day)) now[at] = (now[at] ?? 0) + (ofDay.get(day) ?? 0);
      if (other != null && hasData(other)) { before[at] = (before[at] ?? 0) + (ofDay.get(other) ?? 0); known[at]++; }
      if (wanted != null) aim[at] = (aim[at] ?? 0) + wanted / (slots[at].to - slots[at].from + 1);
    }
    if (byWeek) slots.forEach((slot, at) => {
      if (now[at] != null) now[at] /= slot.known;
      if (before[at] != null) before[at] /= known[at];
    });
    const series = [{ name: "this period", className: "now", values: now }];
    if (before.some((value) => value != null)) series.unshift({ name: COMPARED[chosen.compare], className: "before", values: before });
    if (aim.some((value) => value != null)) series.push({ name: "target", className: "aim", values: aim });
    const rows = slots.map((slot, at) => ({ ...spanRow(slot), date: iso(slot.from), now: now[at], before: before[at] }));
    return { isEmpty: !rowCount(name) || !ofDay.size, told: byWeek ? "Mean of a week's days with data: the period is too long for days." : "", rows, draw: (at) => drawTimes(at, { slots, series, write, axis, marks: marksOf(slots) }),
      columns: [{ title: byWeek ? "Week from" : "Day", raw: (row) => row.date },
        { title: "This period", raw: (row) => row.now, write: (value) => (value == null ? "no data" : write(value)) },
        { title: "Compared", raw: (row) => row.before, write: (value) => (value == null ? "no data" : write(value)) }] };
  };
}

function marksOf(slots) {
  const table = data.annotations ?? {};
  const found = [];
  for (let row = 0; row < rowCount("annotations"); row++) {
    const slot = slots.findIndex(({ from, to }) => table.report_date[row] >= from && table.report_date[row] <= to);
    const kind = data.texts.annotation_kind?.[table.annotation_kind[row]];
    if (slot >= 0) found.push({ slot, sign: String(found.length + 1), text: `${kind ? `${kind}: ` : ""}${data.texts.annotation_text[table.annotation_text[row]]}` });
  }
  return found;
}

function visitorTypes(given) {
  const chosen = wholePeriod(given), slots = slotsOf(chosen.from, chosen.to, true);
  const week = new Map(slots.flatMap((slot, at) => Array.from({ length: slot.to - slot.from + 1 }, (_, day) => [slot.from + day, at])));
  const table = data.sessions, names = data.texts.visitor_type, values = names.map(() => slots.map((slot) => (slot.has ? 0 : null)));
  let count = 0;
  each("sessions", chosen, (row) => { values[table.visitor_type[row]][week.get(table.report_date[row])] += table.sessions[row]; count++; });
  const order = names.map((name, at) => [name, at]).sort(([one], [other]) => (one < other ? -1 : 1)).filter(([, at]) => values[at].some(Boolean));
  const series = order.map(([name, at], place) => ({ name, className: `part${place}`, values: values[at] }));
  const rows = slots.map((slot, at) => ({ ...spanRow(slot), date: iso(slot.from), ...Object.fromEntries(series.map((each) => [each.name, each.values[at]])) }));
  return { isEmpty: !count, rows, draw: (at) => drawTimes(at, { slots, series, stacked: true, write: number, axis: number, marks: marksOf(slots) }),
    columns: [{ title: "Week from", raw: (row) => row.date },
      ...series.map(({ name }) => ({ title: name, raw: (row) => row[name], write: (value) => (value == null ? "no data" : number(value)) }))] };
}

function rejectedDays(given) {
  const chosen = wholePeriod(given), slots = slotsOf(chosen.from, chosen.to, chosen.to - chosen.from >= TOO_MANY_DAYS), table = data.quality;
  const place = new Map(slots.flatMap((slot, at) => Array.from({ length: slot.to - slot.from + 1 }, (_, day) => [slot.from + day, at])));
  const values = slots.map(() => 0), received = slots.map(() => 0), accepted = data.texts.outcome?.indexOf("accepted");
  each("quality", chosen, (row) => { if (table.outcome[row] !== accepted) values[place.get(table.report_date[row])] += table.events[row]; });
  each("quality", chosen, (row) => { received[place.get(table.report_date[row])] += table.events[row]; }, "outcome");
  const rows = slots.map((slot, at) => ({ ...spanRow(slot), date: iso(slot.from), rejected: values[at], received: received[at] }));
  return { isEmpty: !rowCount("quality") || !values.some(Boolean), rows,
    draw: (at) => drawTimes(at, { slots, series: [{ name: "rejected events", className: "part1", values }], stacked: true, write: number, axis: number, marks: marksOf(slots) }),
    columns: [{ title: "Day", raw: (row) => row.date }, { title: "Received", raw: (row) => row.received, write: number },
      { title: "Rejected", raw: (row) => row.rejected, write: number },
      { title: "Share rejected", raw: (row) => ratio(row.rejected, row.received), write: percent }] };
}

// ---- charts by name

// Sessions, goal and money by value of a field, the most sessions first, the rest last.
function breakdown(field, chosen) {
  const found = new Map(), start = { sessions: 0, bounces: 0, converting_sessions: 0, conversions: 0, gross_revenue: 0, refunded_revenue: 0, spend: 0 };
  for (const [name, measures] of [["sessions", ["sessions", "bounces"]], ["goals", ["converting_sessions"]],
    ["money", ["conversions", "gross_revenue", "refunded_revenue"]], ["spend", ["spend"]]]) {
    if (!has(name, field)) continue;
    for (const [value, amounts] of sums(name, chosen, measures, (row) => data[name][field][row], field))
      found.set(value, { ...(found.get(value) ?? start), ...amounts });
  }
  const pairs = paired(chosen), compared = pairedDays("sessions", chosen, pairs, (table, row) => table.sessions[row], (row) => data.sessions[field][row], field);
  const knowsSpend = spendIsKnown(field, chosen);
  const last = (row) => row.name.startsWith("(other ");
  return [...found].map(([value, row]) => ({ ...row, value, name: nameOf(field, value), pressed: chosen.fields.get(field) === value,
    choose: () => pick(field, value), net: row.gross_revenue - row.refunded_revenue, spend: knowsSpend ? row.spend : null,
    change: compared.has(value) ? change(compared.get(value), true) : null }))
    .sort((one, other) => last(one) - last(other) || other.sessions - one.sessions || (one.name < other.name ? -1 : 1));
}

// Spend has no device and no landing page: under such a filter it is unknown.
const spendIsKnown = (field, chosen) => has("spend", field) && rowCount("spend") > 0 &&
  [...chosen.fields.keys()].every((each) => each === field || has("spend", each) || !has("sessions", each));

const tooFew = (row) => row.sessions < FEW;
const rateText = (part) => (value, row) => (tooFew(row) ? `${many(row.sessions, "session")}: too few to say` : `${percent(value)} (${between(interval(row[part], row.sessions))})`);

function breakdownColumns(field, chosen, rows) {
  const goal = goalName(), columns = [
    { title: capital(FIELDS[field]), raw: (row) => row.name },
    { title: "Sessions", raw: (row) => row.sessions, write: number },
    { title: "Change per day", raw: (row) => row.change?.by, write: (value, row) => (value == null ? none : `${arrow(value)} ${percent(Math.abs(value))}${row.change.beyond ? "" : ", within chance"}`) },
    { title: "Bounce rate (90 %)", raw: (row) => ratio(row.bounces, row.sessions), write: rateText("bounces") }];
  if (goal != null) columns.push(
    { title: `Sessions with ${goal}`, raw: (row) => row.converting_sessions, write: number },
    { title: `Rate of ${goal} (90 %)`, raw: (row) => ratio(row.converting_sessions, row.sessions), write: rateText("converting_sessions") },
    { title: `Conversions: ${goal}`, raw: (row) => row.conversions, write: number });
  if (goal != null && hasMoney(chosen.goal)) columns.push(
    { title: `Net revenue${data.currency ? `, ${data.currency}` : ""}`, raw: (row) => row.net, write: money },
    { title: "Gross revenue", raw: (row) => row.gross_revenue, write: money });
  if (rows.some((row) => row.spend != null)) columns.push(
    { title: "Spend", raw: (row) => row.spend, write: money },
    { title: goal == null ? "Spend per session" : `Spend per ${goal}`, raw: (row) => ratio(row.spend, goal == null ? row.sessions : row.conversions), write: (value, row) => (row.spend ? money(value) : none) });
  return columns;
}
const capital = (text) => text[0].toUpperCase() + text.slice(1);

const SHOWN = 10;
function byName(field, what) {
  const isRate = what === "rate";
  return (chosen) => {
    const rows = breakdown(field, chosen), goal = goalName();
    const drawn = rows.filter((row) => !isRate || row.sessions).slice(0, SHOWN);
    const unnamed = rows.every((row) => /^\((unknown|no campaign|none)\)$/.test(row.name));
    const isEmpty = !rows.length || (isRate && goal == null);
    const share = (row) => ratio(row.converting_sessions, row.sessions);
    return { isEmpty, isUnfilled: unnamed && rows.length ? FILL[field] : "", rows, columns: breakdownColumns(field, chosen, rows), hidden: rows.length - drawn.length,
      draw: (at) => drawBars(at, drawn, { field, value: isRate ? share : (row) => row.sessions,
        bounds: isRate ? (row) => interval(row.converting_sessions, row.sessions) : undefined, few: isRate ? tooFew : undefined,
        label: (row) => (isRate ? (tooFew(row) ? `${many(row.sessions, "session")}: too few to say` : `${percent(share(row))} of ${number(row.sessions)}`)
          : `${number(row.sessions)}${row.change?.beyond ? ` ${arrow(row.change.by)} ${percent(Math.abs(row.change.by))}` : ""}`),
        tip: (row) => `${row.name}: ${many(row.sessions, "session")}` + (goal == null ? "" : `, ${number(row.converting_sessions)} with ${goal}` +
          (tooFew(row) ? "" : `, ${percent(share(row))} (${between(interval(row.converting_sessions, row.sessions))})`)) +
          (row.spend ? `, spend ${money(row.spend)}` : "") }) };
  };
}

function reasons(chosen) {
  const found = byName("reason", "sessions")(chosen), table = data.examples ?? {}, landings = new Map();
  each("examples", { ...chosen, fields: new Map([...chosen.fields].filter(([field]) => field === "channel")) }, (row) => {
    const some = landings.get(table.reason[row]) ?? landings.set(table.reason[row], new Set()).get(table.reason[row]);
    if (some.size < 3) some.add(data.texts.landing_page[table.landing_page[row]]);
  });
  const examples = (row) => [...(landings.get(row.value) ?? [])];
  const add = (at) => [...at.children].forEach((line, place) => {
    const row = found.rows[place];
    if (examples(row).length) line.append(element("p", `for example ${examples(row).map((page) => shortened(page, 44)).join(", ")}`, { class: "examples" }));
  });
  return { ...found, draw: (at) => { found.draw(at); add(at); },
    columns: [...found.columns.slice(0, 2), { title: "Example landings", raw: (row) => examples(row).join(" ") }, ...found.columns.slice(2)] };
}

function funnel(chosen) {
  const wanted = data.texts.funnel?.indexOf($("funnel_name").value), table = data.funnel ?? {}, names = new Map();
  (table.funnel ?? []).forEach((name, row) => name === wanted && names.set(table.step_number[row], table.step[row]));
  const found = sums("funnel", chosen, ["reached", "reached_previous"], (row) => (table.funnel[row] === wanted ? table.step_number[row] : 0), "step");
  const rows = [...names].sort(([one], [other]) => one - other).map(([place, value]) => {
    const { reached, reached_previous: previous } = found.get(place) ?? { reached: 0, reached_previous: 0 };
    return { value, name: `${place}. ${data.texts.step[value]}`, place, reached, previous, rate: ratio(reached, previous), pressed: chosen.fields.get("step") === value, choose: () => pick("step", value) };
  });
  const rate = (row) => (row.previous < FEW ? `${number(row.previous)}: too few to say` : `${percent(row.rate)} (${between(interval(row.reached, row.previous))})`);
  return { isEmpty: !rows.some((row) => row.reached), rows,
    draw: (at) => drawBars(at, rows, { field: "step", value: (row) => row.reached, label: (row) => number(row.reached) + (row.place > 1 ? `, ${row.previous < FEW ? rate(row) : percent(row.rate)}` : ""),
      tip: (row) => `${row.name}: ${number(row.reached)}${row.place > 1 ? ` of ${number(row.previous)}, ${rate(row)}` : ""}` }),
    columns: [{ title: "Step", raw: (row) => row.name }, { title: "At the step before", raw: (row) => row.previous, write: number },
      { title: "Took the step", raw: (row) => row.reached, write: number }, { title: "Step rate (90 %)", raw: (row) => row.rate, write: (_, row) => rate(row) }] };
}

function attribution(chosen) {
  const table = data.attribution ?? {}, models = data.texts.attribution_model ?? [], [one, other] = ["model_1", "model_2"].map((id) => models.indexOf($(id).value));
  const isMoney = hasMoney(chosen.goal), measure = isMoney ? "attributed_revenue" : "attributed_conversions", write = isMoney ? money : decimal;
  const found = sums("attribution", chosen, ["attributed_revenue", "attributed_conversions"], (row) => table.channel[row] * 1000 + table.attribution_model[row], "channel");
  const used = [...new Set([...found.keys()].map((key) => key % 1000))];
  const spent = sums("spend", chosen, ["spend"], (row) => data.spend.channel[row], "channel"), knowsSpend = spendIsKnown("channel", chosen);
  const channels = [...new Set([...found.keys()].map((key) => Math.floor(key / 1000)))];
  const of = (channel, model, what = measure) => found.get(channel * 1000 + model)?.[what] ?? 0;
  const rows = channels.map((channel) => {
    const amounts = used.map((model) => of(channel, model));
    return { value: channel, name: nameOf("channel", channel), one: of(channel, one), other: of(channel, other), count: of(channel, one, "attributed_conversions"),
      least: Math.min(...amounts), most: Math.max(...amounts), spend: knowsSpend ? spent.get(channel)?.spend ?? 0 : null,
      pressed: chosen.fields.get("channel") === channel, choose: () => pick("channel", channel) };
  }).sort((left, right) => right.one - left.one || (left.name < right.name ? -1 : 1));
  const isAbove = (upper, lower) => used.every((model) => of(upper.value, model) > of(lower.value, model));
  const firm = rows.slice(0, -1).filter((row, at) => isAbove(row, rows[at + 1])).map((row) => `${row.name} above ${rows[rows.indexOf(row) + 1].name}`);
  const told = rows.length < 2 ? "" : firm.length ? `Under every model: ${firm.join("; ")}.${firm.length < rows.length - 1 ? " Other neighbours change places with the model." : ""}`
    : "All neighbours change places with the model.";
  const names = [$("model_1").value, $("model_2").value];
  const columns = [{ title: "Channel", raw: (row) => row.name }, { title: names[0], raw: (row) => row.one, write },
    ...(names[1] === names[0] ? [] : [{ title: names[1], raw: (row) => row.other, write }]),
    { title: "Least of all models", raw: (row) => row.least, write }, { title: "Most of all models", raw: (row) => row.most, write },
    { title: `Conversions by ${names[0]}`, raw: (row) => row.count, write: decimal }];
  if (knowsSpend) columns.push({ title: "Spend", raw: (row) => row.spend, write: money },
    { title: `Spend per ${goalName()}`, raw: (row) => (row.spend ? ratio(row.spend, row.count) : null), write: money });
  return { isEmpty: !rows.length, rows, columns, told,
    draw: (at) => drawSpread(at, rows, { field: "channel", write,
      tip: (row) => `${row.name}: ${names[0]} ${write(row.one)}, ${names[1]} ${write(row.other)}; all models ${write(row.least)} to ${write(row.most)}` }) };
}

function paths(chosen) {
  const table = data.paths ?? {}, rows = [];
  each("paths", chosen, (row) => {
    const value = table.path[row];
    rows.push({ value, name: data.texts.path[value], conversions: table.conversions[row], others: table.non_converting[row], gross: table.gross_revenue[row],
      wait: table.days_to_convert[row], pressed: chosen.fields.get("path") === value, choose: () => pick("path", value) });
  }, "path");
  return { isEmpty: !rows.length, rows, hidden: Math.max(0, rows.length - SHOWN),
    draw: (at) => drawBars(at, rows.slice(0, SHOWN), { field: "path", value: (row) => row.conversions, label: (row) => number(row.conversions),
      tip: (row) => `${row.name}: ${many(row.conversions, "conversion")}, ${number(row.others)} without` }),
    columns: [{ title: "Path", raw: (row) => row.name }, { title: "Conversions", raw: (row) => row.conversions, write: number },
      { title: "Did not convert", raw: (row) => row.others, write: number }, { title: "Gross revenue", raw: (row) => row.gross, write: money },
      { title: "Mean days to convert", raw: (row) => row.wait, write: decimal }] };
}

function crossDevice(chosen) {
  const table = data.cross_device ?? {}, rows = [];
  each("cross_device", chosen, (row) => {
    const value = table.device[row];
    rows.push({ value, name: `${data.texts.first_device[table.first_device[row]]} → ${nameOf("device", value)}`, persons: table.persons[row], conversions: table.conversions[row],
      gross: table.gross_revenue[row], pressed: chosen.fields.get("device") === value, choose: () => pick("device", value) });
  }, "device");
  return { isEmpty: !rows.length, rows, draw: (at) => drawBars(at, rows, { field: "device", value: (row) => row.persons, label: (row) => number(row.persons), tip: (row) => `${row.name}: ${many(row.persons, "person")}, ${many(row.conversions, "conversion")}` }),
    columns: [{ title: "First → converting device", raw: (row) => row.name }, { title: "Persons", raw: (row) => row.persons, write: number },
      { title: "Conversions", raw: (row) => row.conversions, write: number }, { title: "Gross revenue", raw: (row) => row.gross, write: money }] };
}

function pages(chosen) {
  const table = data.pages ?? {}, rows = [...sums("pages", chosen, ["page_views", "entrances", "exits", "timed_views", "seconds", "loaded_views", "load_ms"], (row) => table.page[row], "page")]
    .map(([value, row]) => ({ ...row, value, name: nameOf("page", value), pressed: chosen.fields.get("page") === value, choose: () => pick("page", value) }))
    .sort((one, other) => one.name.startsWith("(other ") - other.name.startsWith("(other ") || other.page_views - one.page_views || (one.name < other.name ? -1 : 1));
  const read = (row) => ratio(row.seconds, row.timed_views), load = (row) => ratio(row.load_ms, row.loaded_views);
  return { isEmpty: !rows.length, rows, hidden: Math.max(0, rows.length - SHOWN),
    draw: (at) => drawBars(at, rows.slice(0, SHOWN), { field: "page", value: (row) => row.page_views, label: (row) => `${number(row.page_views)}, ${seconds(read(row))}`,
      tip: (row) => `${row.name}: ${many(row.page_views, "view")}, ${many(row.entrances, "entrance")}, ${many(row.exits, "exit")}, ${seconds(read(row))} read${load(row) == null ? "" : `, loads in ${number(load(row))} ms`}` }),
    columns: [{ title: "Page", raw: (row) => row.name }, { title: "Views", raw: (row) => row.page_views, write: number }, { title: "Entrances", raw: (row) => row.entrances, write: number },
      { title: "Exits", raw: (row) => row.exits, write: number }, { title: "Exits per view", raw: (row) => ratio(row.exits, row.page_views), write: percent },
      { title: "Mean reading time", raw: read, write: seconds }, { title: "Mean load, ms", raw: load, write: number }] };
}

function outcomes(chosen) {
  const table = data.quality ?? {}, accepted = data.texts.outcome?.indexOf("accepted");
  const all = [...sums("quality", chosen, ["events"], (row) => table.outcome[row], "outcome")].map(([value, { events }]) => ({ value, events, name: nameOf("outcome", value),
    pressed: chosen.fields.get("outcome") === value, choose: () => pick("outcome", value) })).sort((one, other) => other.events - one.events || (one.name < other.name ? -1 : 1));
  const events = total(all.map((row) => row.events)), rows = all.filter((row) => row.value !== accepted);
  const good = all.find((row) => row.value === accepted)?.events ?? 0;
  const undated = total((table.events ?? []).filter((_, row) => table.report_date[row] == null));
  const told = events || undated ? `${number(good)} of ${many(events, "event")} received were accepted: ${percent(ratio(good, events))}.` +
    (undated ? ` ${number(undated)} more, of all days, have no known day.` : "") : "";
  return { isEmpty: !rows.length, rows: all, told,
    draw: (at) => drawBars(at, rows, { field: "outcome", value: (row) => row.events, label: (row) => number(row.events), tip: (row) => `${row.name}: ${many(row.events, "event")}, ${percent(ratio(row.events, events))} of those received` }),
    columns: [{ title: "Outcome", raw: (row) => row.name }, { title: "Events", raw: (row) => row.events, write: number }, { title: "Share", raw: (row) => ratio(row.events, events), write: percent }] };
}

const net = (table, row) => table.gross_revenue[row] - table.refunded_revenue[row];
// Chart: the table that it reads and so can be filtered by, what it draws, and the fields
// whose values it compares (a filter by one of them marks, and does not leave out).
const CHARTS = {
  sessions_by_day: ["sessions", overTime("sessions", (table, row) => table.sessions[row], number, number)],
  conversions_by_day: ["money", overTime("money", (table, row) => table.conversions[row], decimal, decimal, "conversions")],
  revenue_by_day: ["money", overTime("money", net, money, shortMoney, "revenue")],
  channel_sessions: ["sessions", byName("channel", "sessions")],
  channel_rate: ["sessions", byName("channel", "rate")],
  source_sessions: ["sessions", byName("source_medium", "sessions")],
  campaign_sessions: ["sessions", byName("campaign", "sessions")],
  reasons: ["sessions", reasons],
  device_sessions: ["sessions", byName("device", "sessions")],
  device_rate: ["sessions", byName("device", "rate")],
  cross_device: ["cross_device", crossDevice],
  country_sessions: ["sessions", byName("country", "sessions")],
  country_rate: ["sessions", byName("country", "rate")],
  funnel: ["funnel", funnel],
  attribution: ["attribution", attribution],
  paths: ["paths", paths],
  landing_pages: ["sessions", byName("landing_page", "sessions")],
  landing_rate: ["sessions", byName("landing_page", "rate")],
  pages: ["pages", pages],
  visitor_types: ["sessions", visitorTypes],
  outcomes: ["quality", outcomes],
  rejected_by_day: ["quality", rejectedDays],
};
// What would fill a chart that has nothing at all.
const FILL = {
  campaign: "No session has a campaign: add utm_campaign to the links that you pay for.",
  country: "No session has a country: the source delivers none, see country_code in its settings.",
  goal: "No goal is defined: give a row of seeds/rules/conversion_definitions.csv the goal main, then build.",
  conversions: "No conversion of this goal so far: it needs an event named in seeds/rules/conversion_definitions.csv.",
  revenue: "No conversion of this goal carries an amount: deliver revenue and currency with the event.",
  funnel: "No attempt so far: name the steps in seeds/rules/funnel_steps.csv by events that the site sends.",
  attribution: "No conversion of this goal to give credit for.",
  paths: "No conversion of this goal, so no path to one.",
  cross_device: "No person has converted; a login (user_id) joins the devices of one.",
  pages: "No page view so far: the source sends none of page_view or screen_view.",
  quality: "Nothing was rejected.",
};

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
    said.push(` brought ${many(known.conversions, "conversion")} (${goal})`);
    if (hasMoney(chosen.goal)) said.push(`, ${money(known.net)} net of refunds (${money(known.gross)} gross)`);
  }
  const first = known.found[0].change;
  const how = !first ? "" : first.beyond
    ? ` Sessions per day ${first.by > 0 ? "rose" : "fell"} by ${percent(Math.abs(first.by))} against ${COMPARED[chosen.compare]}.`
    : ` Sessions per day differ from ${COMPARED[chosen.compare]} by no more than chance.`;
  const best = goal == null ? null : breakdown("channel", { ...chosen, fields: new Map([...chosen.fields].filter(([field]) => field !== "channel")) }).sort((one, other) => other.conversions - one.conversions)[0];
  const lead = best?.conversions && !chosen.fields.has("channel") ? ` Most came by ${best.name}: ${percent(best.conversions / known.conversions)}.` : "";
  return `${said.join("")}.${lead}${how}`;
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
  for (const place of document.querySelectorAll("[data-currency]")) place.textContent = data.currency && hasMoney(chosen.goal) ? `, ${data.currency}` : "";
  for (const place of document.querySelectorAll("[data-credit]")) place.textContent = hasMoney(chosen.goal) ? "net revenue" : "conversions";
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
  $("filters").addEventListener("submit", (event) => event.preventDefault());
  $("filters").addEventListener("reset", () => setTimeout(() => { state.fields.clear(); state.span = null; setPeriod(); changed(); }));
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
