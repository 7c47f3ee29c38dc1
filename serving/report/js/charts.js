// What each chart makes of the rows: its bars or lines, and the table below it.

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
    each(name, chosen, (row) => ofDay.set(table.report_date[row], (ofDay.get(table.report_date[row]) ?? 0) + measure(table, row)),
      undefined, Math.min(chosen.from, pairs.of(chosen.from) ?? chosen.from - 366), chosen.to);
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
    if (aim.some((value) => value != null)) series.push({ name: target === "revenue" ? "target of gross revenue" : "target", className: "aim", values: aim });
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
  // Receipt has gaps of its own: days on which nothing happened, and things arrived.
  slots.forEach((slot, at) => Object.assign(slot, { has: received[at] > 0, partial: false }));
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
  const found = new Map(), start = { sessions: 0, bounces: 0, goal_converting_sessions: 0, conversions: 0, revenue: 0, refunds: 0, spend: 0 };
  for (const [name, measures] of [["sessions", ["sessions", "bounces"]], ["goals", ["goal_converting_sessions"]],
    ["money", ["conversions", "revenue", "refunds"]], ["spend", ["spend"]]]) {
    if (!has(name, field)) continue;
    for (const [value, amounts] of sums(name, chosen, measures, (row) => data[name][field][row], field))
      found.set(value, { ...(found.get(value) ?? start), ...amounts });
  }
  const pairs = paired(chosen), compared = pairedDays("sessions", chosen, pairs, (table, row) => table.sessions[row], (row) => data.sessions[field][row], field);
  const knowsSpend = spendIsKnown(field, chosen);
  const last = (row) => row.name.startsWith("(other ");
  return [...found].map(([value, row]) => ({ ...row, value, name: nameOf(field, value), pressed: chosen.fields.get(field) === value,
    choose: () => pick(field, value), net: row.revenue + row.refunds, spend: knowsSpend ? row.spend : null,
    change: compared.has(value) ? change(compared.get(value), true, pairs) : null }))
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
    { title: "Change per day", raw: (row) => row.change?.by, write: (value, row) => (value == null ? none : `${arrow(value)} ${percent(Math.abs(value))}${toldChance(row.change)}`) },
    { title: "Bounce rate (90 %)", raw: (row) => ratio(row.bounces, row.sessions), write: rateText("bounces") }];
  if (goal != null) columns.push(
    { title: `Sessions with ${goal}`, raw: (row) => row.goal_converting_sessions, write: number },
    { title: `Rate of ${goal} (90 %)`, raw: (row) => ratio(row.goal_converting_sessions, row.sessions), write: rateText("goal_converting_sessions") },
    { title: `Conversions: ${goal}`, raw: (row) => row.conversions, write: number });
  if (goal != null && hasMoney(chosen.goal)) columns.push(
    { title: `Net revenue${data.currency ? `, ${data.currency}` : ""}`, raw: (row) => row.net, write: money },
    { title: "Gross revenue", raw: (row) => row.revenue, write: money });
  if (rows.some((row) => row.spend != null)) columns.push(
    { title: "Spend", raw: (row) => row.spend, write: money },
    { title: goal == null ? "Spend per session" : `Spend per ${goal}`, raw: (row) => ratio(row.spend, goal == null ? row.sessions : row.conversions), write: (value, row) => (row.spend ? money(value) : none) });
  return columns;
}
const capital = (text) => text[0].toUpperCase() + text.slice(1);

// What the chosen names, or all, cost: beside their bars, since it decides about them.
function costTold(rows, chosen) {
  const own = rows.find((row) => row.pressed), spend = own ? own.spend : total(rows.map((row) => row.spend ?? 0));
  if (!spend) return "";
  const conversions = own ? own.conversions : total(rows.map((row) => row.conversions)), goal = goalName();
  return `${own ? own.name : "All"}: spend ${money(spend)}` + (goal == null ? "" : conversions ? `, ${money(spend / conversions)} per ${goal}` : `, no ${goal}`) +
    (goal != null && hasMoney(chosen.goal) ? `; net revenue ${money(own ? own.net : total(rows.map((row) => row.net)))}` : "") + ".";
}

const SHOWN = 10;
function byName(field, what) {
  const isRate = what === "rate";
  return (chosen) => {
    const rows = breakdown(field, chosen), goal = goalName();
    const drawn = rows.filter((row) => !isRate || row.sessions).slice(0, SHOWN);
    const unnamed = rows.every((row) => /^\((unknown|no campaign|none)\)$/.test(row.name));
    const isEmpty = !rows.length || (isRate && goal == null);
    const share = (row) => ratio(row.goal_converting_sessions, row.sessions);
    return { isEmpty, isUnfilled: unnamed && rows.length ? FILL[field] : "", rows, told: isRate ? "" : costTold(rows, chosen), columns: breakdownColumns(field, chosen, rows), hidden: rows.length - drawn.length,
      draw: (at) => drawBars(at, drawn, { field, value: isRate ? share : (row) => row.sessions,
        bounds: isRate ? (row) => interval(row.goal_converting_sessions, row.sessions) : undefined, few: isRate ? tooFew : undefined,
        label: (row) => (isRate ? (tooFew(row) ? `${many(row.sessions, "session")}: too few to say` : `${percent(share(row))} of ${number(row.sessions)}`)
          : `${number(row.sessions)}${row.change?.beyond ? ` ${arrow(row.change.by)} ${percent(Math.abs(row.change.by))}` : ""}`),
        tip: (row) => `${row.name}: ${many(row.sessions, "session")}` + (goal == null ? "" : `, ${number(row.goal_converting_sessions)} with ${goal}` +
          (tooFew(row) ? "" : `, ${percent(share(row))} (${between(interval(row.goal_converting_sessions, row.sessions))})`)) +
          (row.spend ? `, spend ${money(row.spend)}` : "") }) };
  };
}

function reasons(chosen) {
  const found = byName("reason", "sessions")(chosen), table = data.sessions, landings = new Map();
  each("sessions", chosen, (row) => {
    const page = nameOf("landing_page", table.landing_page[row]), reason = table.reason[row];
    if (page === "(none)" || page === "(other pages)") return;
    const pages = landings.get(reason) ?? landings.set(reason, new Map()).get(reason);
    pages.set(page, (pages.get(page) ?? 0) + table.sessions[row]);
  }, "reason");
  for (const [reason, pages] of landings) landings.set(reason, [...pages]
    .sort(([one, much], [other, more]) => more - much || (one < other ? -1 : 1)).slice(0, 3).map(([page]) => page));
  const examples = (row) => landings.get(row.value) ?? [];
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
  const found = sums("funnel", chosen, ["reached", "reached_previous", "reached_from_previous"], (row) => (table.funnel[row] === wanted ? table.step_number[row] : 0), "step");
  const rows = [...names].sort(([one], [other]) => one - other).map(([place, value]) => {
    const { reached, reached_previous: previous, reached_from_previous: goneOn } = found.get(place) ?? { reached: 0, reached_previous: 0, reached_from_previous: 0 };
    return { value, name: `${place}. ${data.texts.step[value]}`, place, reached, previous, goneOn, rate: ratio(goneOn, previous), pressed: chosen.fields.get("step") === value, choose: () => pick("step", value) };
  });
  const rate = (row) => (row.previous < FEW ? `${number(row.previous)}: too few to say` : `${percent(row.rate)} (${between(interval(row.goneOn, row.previous))})`);
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
    rows.push({ value, name: data.texts.path[value], conversions: table.conversions[row], others: table.non_converting[row], gross: table.revenue[row],
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
      gross: table.revenue[row], pressed: chosen.fields.get("device") === value, choose: () => pick("device", value) });
  }, "device");
  return { isEmpty: !rows.length, rows, draw: (at) => drawBars(at, rows, { field: "device", value: (row) => row.persons, label: (row) => number(row.persons), tip: (row) => `${row.name}: ${many(row.persons, "person")}, ${many(row.conversions, "conversion")}` }),
    columns: [{ title: "First → converting device", raw: (row) => row.name }, { title: "Persons", raw: (row) => row.persons, write: number },
      { title: "Conversions", raw: (row) => row.conversions, write: number }, { title: "Gross revenue", raw: (row) => row.gross, write: money }] };
}

function pages(chosen) {
  const table = data.pages ?? {}, rows = [...sums("pages", chosen, ["page_views", "entrances", "exits", "timed_views", "seconds"], (row) => table.page[row], "page")]
    .map(([value, row]) => ({ ...row, value, name: nameOf("page", value), pressed: chosen.fields.get("page") === value, choose: () => pick("page", value) }))
    .sort((one, other) => one.name.startsWith("(other ") - other.name.startsWith("(other ") || other.page_views - one.page_views || (one.name < other.name ? -1 : 1));
  const read = (row) => ratio(row.seconds, row.timed_views), loads = new Map((data.loads?.page ?? []).map((page, row) => [page, data.loads.median_load_seconds[row]])), load = (row) => loads.get(row.value);
  return { isEmpty: !rows.length, rows, hidden: Math.max(0, rows.length - SHOWN),
    draw: (at) => drawBars(at, rows.slice(0, SHOWN), { field: "page", value: (row) => row.page_views, label: (row) => `${number(row.page_views)}, ${seconds(read(row))}`,
      tip: (row) => `${row.name}: ${many(row.page_views, "view")}, ${many(row.entrances, "entrance")}, ${many(row.exits, "exit")}, ${seconds(read(row))} read${load(row) == null ? "" : `, loads in ${decimal(load(row))} s`}` }),
    columns: [{ title: "Page", raw: (row) => row.name }, { title: "Views", raw: (row) => row.page_views, write: number }, { title: "Entrances", raw: (row) => row.entrances, write: number },
      { title: "Exits", raw: (row) => row.exits, write: number }, { title: "Exits per view", raw: (row) => ratio(row.exits, row.page_views), write: percent },
      { title: "Mean reading time", raw: read, write: seconds }, { title: "Median load, all days, s", raw: load, write: decimal }] };
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

const net = (table, row) => table.revenue[row] + table.refunds[row];
// Chart: the table that it reads and so can be filtered by, what it draws, and the fields
// whose values it compares (a filter by one of them marks, and does not leave out).
const CHARTS = {
  sessions_by_day: ["sessions", overTime("sessions", (table, row) => table.sessions[row], number, number)],
  conversions_by_day: ["money", overTime("money", (table, row) => table.conversions[row], decimal, number, "conversions")],
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
