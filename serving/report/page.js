// Sums by group come with the page; a filter chooses groups, and all is summed anew.
const DAY = 864e5;
const $ = (id) => document.getElementById(id);
const plain = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const exact = (digits) => new Intl.NumberFormat("en", { minimumFractionDigits: digits, maximumFractionDigits: digits, signDisplay: "negative" });
const number = (value) => plain.format(value);
// In the smallest unit of the currency, which the data name.
const money = (amount) => (amount == null ? "none" : exact(data.money_digits).format(amount));
const percent = (value) => (value == null ? "none" : (100 * value).toFixed(1) + " %");
const ratio = (part, whole) => (whole ? part / whole : null);
const iso = (day) => new Date(day * DAY).toISOString().slice(0, 10);
const dayOf = (text) => Date.parse(text) / DAY;
const shown = (day, options) =>
  new Date(day * DAY).toLocaleDateString("en-GB", { day: "numeric", month: "short", timeZone: "UTC", ...options });
const DIMENSIONS = ["channel", "device", "visitor_type"];
const specs = JSON.parse($("specs").textContent), views = {};
let data, firstDay, lastDay;

async function unpacked(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

// Row numbers of a table that pass the filters; a table without a dimension ignores it.
function passing(table, chosen) {
  const wanted = DIMENSIONS.filter((name) => table[name] && chosen[name] != null);
  const rows = [];
  for (let row = 0; row < table.report_date.length; row++)
    if (table.report_date[row] >= chosen.from && table.report_date[row] <= chosen.to &&
        wanted.every((name) => table[name][row] === chosen[name])) rows.push(row);
  return rows;
}

// One object per value of the key column, with sums of measures.
function summed(name, chosen, key, measures) {
  const table = data[name], groups = new Map();
  for (const row of passing(table, chosen)) {
    const value = key(table, row);
    if (!groups.has(value)) groups.set(value, Object.fromEntries(measures.map((measure) => [measure, 0])));
    const group = groups.get(value);
    for (const measure of measures) group[measure] += table[measure][row];
  }
  return groups;
}

// The groups with the text that their key stands for, the largest first, the rest last.
function named(column, groups, order) {
  const rest = (row) => row[column] === "(other pages)";
  return [...groups].map(([value, group]) => ({ [column]: data.texts[column][value], ...group }))
    .sort((one, other) => rest(one) - rest(other) || other[order] - one[order] || (one[column] < other[column] ? -1 : 1));
}

function visitors(chosen) {
  const inside = new Uint8Array(data.sessions.report_date.length);
  for (const row of passing(data.sessions, chosen)) inside[row] = 1;
  const { group_numbers: sets, visitors: counts } = data.visitors;
  return counts.reduce((sum, count, set) => (sets[set].some((group) => inside[group]) ? sum + count : sum), 0);
}

function before(chosen) {
  const length = chosen.to - chosen.from + 1;
  const from = chosen.from - length;
  return from < firstDay ? null : { ...chosen, from, to: chosen.from - 1 };
}

const SESSION_SUMS = ["sessions", "bounces", "converting_sessions", "revenue"];
const NOTHING = Object.fromEntries(SESSION_SUMS.map((name) => [name, 0]));
function totals(chosen) {
  const sum = summed("sessions", chosen, () => 0, SESSION_SUMS).get(0) ?? NOTHING;
  return { ...sum, visitors: visitors(chosen),
    conversion_rate: ratio(sum.converting_sessions, sum.sessions), bounce_rate: ratio(sum.bounces, sum.sessions) };
}

// Metric, its name, how it is written, and whether more is better.
const FIGURES = [
  ["sessions", "Sessions", number, true],
  ["visitors", "Visitors", number, true],
  ["conversion_rate", "Conversion rate", percent, true],
  ["revenue", "Revenue in sessions", money, true],
  ["bounce_rate", "Bounce rate", percent, false],
];

function element(tag, text, attributes = {}) {
  const made = Object.assign(document.createElement(tag), { textContent: text });
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

function change(now, then, write) {
  if (then == null) return "no whole period before";
  const arrow = now > then ? "▲" : now < then ? "▼" : "=";
  const by = write === percent ? (100 * Math.abs(now - then)).toFixed(1) + " points"
    : then ? (100 * Math.abs(now / then - 1)).toFixed(1) + " %" : "";
  return `${arrow} ${by} from ${write(then)}`;
}

function drawFigures(chosen) {
  const now = totals(chosen), earlier = before(chosen), then = earlier ? totals(earlier) : {};
  $("figures").replaceChildren(...FIGURES.map(([metric, title, write, moreIsBetter]) => {
    const block = element("div", "", { "data-metric": metric });
    const better = (now[metric] > then[metric]) === moreIsBetter;
    const moved = then[metric] != null && now[metric] !== then[metric];
    block.append(element("dt", title), element("dd", write(now[metric]), { class: "now" }),
      element("dd", change(now[metric], then[metric], write), { class: moved ? (better ? "up" : "down") : "same" }));
    return block;
  }));
  return now;
}

function daily(metric, write) {
  return (chosen) => {
    const rows = [];
    for (const [period, part] of [["This period", chosen], ["Period before", before(chosen)]]) {
      if (!part) continue;
      const days = summed("sessions", part, (table, row) => table.report_date[row], [metric]);
      for (let day = part.from; day <= Math.min(part.to, lastDay); day++) {
        const value = days.get(day)?.[metric] ?? 0;
        rows.push({ day: (day - part.from + chosen.from) * DAY, date: iso(day), period, value, label: write(value) });
      }
    }
    const some = rows.some((row) => row.value);
    return { rows: some ? rows : [], table: rows, columns: [["date", "Day"], ["period", "Period"], ["label", "Value"]] };
  };
}

function rated(column) {
  const table = (chosen) => named(column, summed("sessions", chosen, (from, row) => from[column][row], SESSION_SUMS), "sessions")
    .map((row) => ({ ...row, rate: ratio(row.converting_sessions, row.sessions),
      bounce_rate: ratio(row.bounces, row.sessions) }));
  const columns = [[column, column === "channel" ? "Channel" : "Device"], ["sessions", "Sessions", number],
    ["converting_sessions", "Converting sessions", number], ["rate", "Conversion rate", percent],
    ["bounce_rate", "Bounce rate", percent], ["revenue", "Revenue", money]];
  const counts = (chosen) => {
    const rows = table(chosen).map((row) => ({ ...row, label: number(row.sessions) }));
    if (column !== "channel" || chosen.device != null || chosen.visitor_type != null) return { rows, columns };
    const spent = summed("spend", chosen, (from, row) => data.texts.channel[from.channel[row]], ["spend"]);
    for (const row of rows) {
      row.spend = spent.get(row.channel)?.spend ?? 0;
      spent.delete(row.channel);
    }
    // Money that brought nobody must not vanish.
    for (const [channel, { spend }] of [...spent].sort())
      rows.push({ ...NOTHING, channel, label: "0", rate: null, bounce_rate: null, spend });
    return { rows, columns: [...columns, ["spend", "Spend", money]] };
  };
  const rates = (chosen) => ({ rows: table(chosen).map((row) => ({ ...row, label: percent(row.rate) })), columns });
  return [counts, rates];
}

function funnel(chosen) {
  const wanted = data.texts.funnel.indexOf($("funnel_name").value), { funnel: funnels, step_number, step } = data.funnel;
  const names = new Map();
  funnels.forEach((name, row) => name === wanted && names.set(step_number[row], data.texts.step[step[row]]));
  const sums = summed("funnel", chosen, (table, row) => (table.funnel[row] === wanted ? table.step_number[row] : 0),
    ["reached", "reached_previous"]);
  const rows = [...names].sort(([one], [other]) => one - other).map(([place, name]) => {
    const { reached, reached_previous: previous } = sums.get(place) ?? { reached: 0, reached_previous: 0 };
    const rate = ratio(reached, previous);
    return { step: `${place}. ${name}`, reached, previous, rate,
      label: number(reached) + (place > 1 ? `  (${percent(rate)})` : "") };
  });
  return { rows: rows.some((row) => row.reached) ? rows : [],
    columns: [["step", "Step"], ["previous", "At the step before", number], ["reached", "Took the step", number], ["rate", "Step rate", percent]] };
}

function attribution(chosen) {
  const models = data.texts.attribution_model ?? [], picked = [$("model_1").value, $("model_2").value];
  const sums = summed("attribution", chosen, (table, row) => table.channel[row] * 1000 + table.attribution_model[row], ["attributed"]);
  const channels = new Map();
  for (const [key, { attributed }] of sums) {
    const channel = Math.floor(key / 1000);
    if (!channels.has(channel)) channels.set(channel, models.map(() => 0));
    channels.get(channel)[key % 1000] = attributed;
  }
  const table = [...channels].map(([channel, amounts]) => ({ channel: data.texts.channel[channel],
    one: amounts[models.indexOf(picked[0])], other: amounts[models.indexOf(picked[1])],
    least: Math.min(...amounts), most: Math.max(...amounts) }))
    .sort((one, other) => other.most - one.most || (one.channel < other.channel ? -1 : 1));
  const rows = table.flatMap((row) => [["one", 0], ["other", 1]].map(([field, place]) => ({ channel: row.channel,
    model: picked[place], chosen: picked[place], value: row[field], least: row.least, most: row.most })));
  return { rows, table, columns: [["channel", "Channel"], ["one", picked[0], money], ["other", picked[1], money],
    ["least", "Least of all models", money], ["most", "Most of all models", money]] };
}

function landingPages(chosen) {
  const rows = named("page", summed("landing_pages", chosen, (table, row) => table.page[row],
    ["sessions", "bounces", "converting_sessions"]), "sessions").map((row) => ({ ...row, label: number(row.sessions),
    bounce_rate: ratio(row.bounces, row.sessions), rate: ratio(row.converting_sessions, row.sessions) }));
  return { rows: rows.slice(0, 10), table: rows, columns: [["page", "Page"], ["sessions", "Sessions", number],
    ["bounce_rate", "Bounce rate", percent], ["rate", "Conversion rate", percent]] };
}

function exitPages(chosen) {
  const rows = named("page", summed("exit_pages", chosen, (table, row) => table.page[row], ["exits", "page_views"]), "exits")
    .map((row) => ({ ...row, label: number(row.exits), rate: ratio(row.exits, row.page_views) }));
  return { rows: rows.slice(0, 10), table: rows, columns: [["page", "Page"], ["exits", "Exits", number],
    ["page_views", "Views", number], ["rate", "Exit rate", percent]] };
}

function visitorTypes(chosen) {
  const weeks = new Map(data.days.report_date.map((day, row) => [day, data.days.week_started_date[row]]));
  const sums = summed("sessions", chosen, (table, row) => weeks.get(table.report_date[row]) * 100 + table.visitor_type[row], ["sessions"]);
  const rows = [...sums].sort(([one], [other]) => one - other).map(([key, { sessions }]) => ({
    label: shown(Math.floor(key / 100)), date: iso(Math.floor(key / 100)), visitor_type: data.texts.visitor_type[key % 100], sessions }));
  return { rows, columns: [["date", "Week from"], ["visitor_type", "Visitor type"], ["sessions", "Sessions", number]] };
}

function quality(chosen) {
  const sums = summed("quality", chosen, (table, row) => table.report_date[row] * 100 + table.outcome[row], ["events"]);
  const rows = [...sums].map(([key, { events }]) => ({ day: Math.floor(key / 100) * DAY, date: iso(Math.floor(key / 100)),
    outcome: data.texts.outcome[key % 100], events }));
  const all = rows.reduce((sum, row) => sum + row.events, 0);
  const good = rows.reduce((sum, row) => (row.outcome === "accepted" ? sum + row.events : sum), 0);
  const undated = data.quality.events.reduce((sum, events, row) => (data.quality.report_date[row] == null ? sum + events : sum), 0);
  $("accepted").textContent = `${number(good)} of ${number(all)} events received were accepted: ${percent(ratio(good, all))}.` +
    (undated ? ` ${number(undated)} more, of all days, have no known day.` : "");
  return { rows: rows.filter((row) => row.outcome !== "accepted"), table: rows,
    columns: [["date", "Day"], ["outcome", "Outcome"], ["events", "Events", number]] };
}

const [channelCounts, channelRates] = rated("channel"), [deviceCounts, deviceRates] = rated("device");
const CHARTS = { sessions_by_day: daily("sessions", number), revenue_by_day: daily("revenue", money),
  channel_sessions: channelCounts, channel_rate: channelRates, device_sessions: deviceCounts, device_rate: deviceRates,
  funnel, attribution, landing_pages: landingPages, exit_pages: exitPages, visitor_types: visitorTypes, quality };

function drawTable(figure, rows, columns) {
  const head = element("tr", ""), body = element("tbody", ""), table = element("table", "");
  head.append(...columns.map(([, title]) => element("th", title, { scope: "col" })));
  for (const row of rows) {
    const line = element("tr", "");
    line.append(...columns.map(([field, , write]) => element("td", write ? write(row[field]) : row[field])));
    body.append(line);
  }
  table.append(element("thead", ""), body);
  table.tHead.append(head);
  figure.querySelector(".scroll").replaceChildren(table);
}

async function embedded(figure, spec, rows) {
  spec.description = `${figure.querySelector("h3").textContent}. The table below has the same numbers.`;
  spec.data.find((set) => set.name === "rows").values = rows;
  return (await vegaEmbed(figure.querySelector(".chart"), spec, { mode: "vega", actions: false, renderer: "svg" })).view;
}

async function drawChart(id, chosen) {
  const figure = $(id), { rows: unnumbered, table = unnumbered, columns } = CHARTS[id](chosen);
  const rows = unnumbered.map((row, place) => ({ ...row, place }));
  const ignored = (figure.dataset.ignores ?? "").split(" ").filter((name) => chosen[name] != null);
  figure.classList.toggle("empty", !rows.length);
  figure.querySelector(".note").textContent = [rows.length ? "" : "Nothing here under these filters.",
    ignored.length ? `Not filtered by ${ignored.join(", ").replace("_", " ")}.` : ""].join(" ").trim();
  drawTable(figure, table, columns);
  if (!rows.length) return;
  if (views[id]) await views[id].data("rows", rows).resize().runAsync();
  else views[id] = await embedded(figure, specs[id], rows);
}

function chosenFilters() {
  const chosen = { from: dayOf($("from").value), to: dayOf($("to").value) };
  for (const name of DIMENSIONS) chosen[name] = $(name).value === "" ? null : Number($(name).value);
  return chosen;
}

async function draw() {
  const chosen = chosenFilters(), earlier = before(chosen);
  if (!(chosen.from <= chosen.to)) {
    $("status").textContent = "The period has no day: choose a first day that is not after the last one.";
    return;
  }
  const range = ({ from, to }) => `${shown(from, { year: "numeric" })} to ${shown(to, { year: "numeric" })}`;
  const now = drawFigures(chosen);
  await Promise.all(Object.keys(CHARTS).map((id) => drawChart(id, chosen)));
  $("status").textContent = `${range(chosen)}: ${number(now.sessions)} sessions` +
    (earlier ? `, against ${range(earlier)}.` : "; no whole period of that length before.");
  document.documentElement.dataset.drawn = Number(document.documentElement.dataset.drawn ?? 0) + 1;
}

// The last calendar month whose every day is known, or null.
function lastWholeMonth() {
  const end = new Date((lastDay + 1) * DAY);
  const to = Date.UTC(end.getUTCFullYear(), end.getUTCMonth(), 1) / DAY - 1;
  const last = new Date(to * DAY);
  const from = Date.UTC(last.getUTCFullYear(), last.getUTCMonth(), 1) / DAY;
  return from < firstDay ? null : [from, to];
}

function setPeriod() {
  const period = $("period").value, known = Object.values(data).flatMap((table) => table.report_date ?? []).filter((day) => day != null);
  if (period === "own") return;
  const [first, last] = known.reduce(([least, most], day) => [Math.min(least, day), Math.max(most, day)], [Infinity, -Infinity]);
  const [from, to] = period === "month" ? lastWholeMonth()
    : period === "all" ? [first, last] : [Math.max(firstDay, lastDay - Number(period) + 1), lastDay];
  for (const id of ["from", "to"]) Object.assign($(id), { min: iso(first), max: iso(last) });
  $("from").value = iso(from);
  $("to").value = iso(to);
}

function offer(id, names, valueOf) {
  const options = names.map((name, place) => [name, valueOf(name, place)]).sort(([one], [other]) => (one < other ? -1 : 1));
  $(id).append(...options.map(([name, value]) => element("option", name, { value })));
}

function offerChoices() {
  for (const name of DIMENSIONS) offer(name, data.texts[name] ?? [], (_, place) => place);
  offer("funnel_name", data.texts.funnel ?? [], (name) => name);
  for (const [id, wanted] of [["model_1", "last_touch"], ["model_2", "first_touch"]]) {
    offer(id, data.texts.attribution_model ?? [], (name) => name);
    if (data.texts.attribution_model?.includes(wanted)) $(id).value = wanted;
  }
  if (!lastWholeMonth()) $("period").querySelector("[value=month]").remove();
}

async function begin() {
  data = await unpacked($("data").textContent);
  firstDay = data.sessions.report_date[0];
  lastDay = data.sessions.report_date.at(-1);
  $("build").textContent = `Build ${data.build_id}. Sessions from ${shown(firstDay, { year: "numeric" })} to ${shown(lastDay, { year: "numeric" })}.`;
  offerChoices();
  setPeriod();
  for (const figure of document.querySelectorAll("figure")) {
    const details = element("details", ""), scroll = element("div", "", { class: "scroll", tabindex: "0" });
    details.append(element("summary", "Table"), scroll);
    figure.append(element("p", "", { class: "note" }), details);
  }
  await draw();
  $("period").addEventListener("change", setPeriod);
  for (const id of ["from", "to"]) $(id).addEventListener("change", () => { $("period").value = "own"; });
  $("filters").addEventListener("change", draw);
  $("filters").addEventListener("submit", (event) => event.preventDefault());
  $("filters").addEventListener("reset", () => setTimeout(() => { setPeriod(); draw(); }));
  for (const id of ["funnel_name", "model_1", "model_2"])
    $(id).addEventListener("change", () => Object.keys(CHARTS).forEach((name) => $(name).contains($(id)) && drawChart(name, chosenFilters())));
  performance.measure("ready");
}

begin();
