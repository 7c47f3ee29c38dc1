// Sums by set of names come with the page; filters choose rows, and all is summed anew.
const DAY = 864e5;
const FEW = 30;
const Z = 1.645;
const $ = (id) => document.getElementById(id);
let data, days, firstDay, lastDay, groupOfRow, lastGroup;
// Columns of days in their order, in which rows are found without looking at all.
const sorted = new Set();

async function unpacked(text) {
  const letters = atob(text), bytes = new Uint8Array(letters.length);
  for (let place = 0; place < bytes.length; place++) bytes[place] = letters.charCodeAt(place);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

// In the reader's own language and habits; an amount in the currency of the marts.
const formats = {};
function format(name, options) {
  return (formats[name] ??= new Intl.NumberFormat(undefined, options));
}
const none = "–";
const number = (value) => (value == null ? none : format("number", { maximumFractionDigits: 0 }).format(value));
const decimal = (value) => (value == null ? none : format("decimal", { maximumFractionDigits: 1 }).format(value));
const percent = (value) => (value == null ? none
  : format("percent", { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(value));
function money(amount) {
  if (amount == null) return none;
  const digits = { signDisplay: "negative", minimumFractionDigits: data.money_digits, maximumFractionDigits: data.money_digits };
  const unit = data.currency ? { style: "currency", currency: data.currency } : {};
  return format("money", { ...unit, ...digits }).format(amount);
}
function shortMoney(amount) {
  const unit = data.currency ? { style: "currency", currency: data.currency } : {};
  return format("short", { ...unit, notation: "compact", maximumFractionDigits: 1 }).format(amount);
}
const seconds = (value) => (value == null ? none : value < 90
  ? `${format("seconds", { maximumFractionDigits: 0 }).format(value)} s` : `${decimal(value / 60)} min`);
const ratio = (part, whole) => (whole ? part / whole : null);
const iso = (day) => new Date(day * DAY).toISOString().slice(0, 10);
const dayOf = (text) => Date.parse(text) / DAY;
const shown = (day, options) =>
  new Date(day * DAY).toLocaleDateString(undefined, { day: "numeric", month: "short", timeZone: "UTC", ...options });
const range = (from, to) => (from === to ? shown(from, { year: "numeric" })
  : new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" })
    .formatRange(from * DAY, to * DAY));
const many = (count, word) => `${number(count)} ${word}${count === 1 ? "" : "s"}`;

const hasData = (day) => days.get(day)?.has_data ?? false;
const isPartial = (day) => days.get(day)?.is_partial ?? false;

function prepare() {
  const { report_date: dates, ...more } = data.days;
  days = new Map(dates.map((day, row) => [day, Object.fromEntries(Object.keys(more).map((name) => [name, more[name][row]]))]));
  const known = dates.filter(hasData);
  firstDay = known[0] ?? data.sessions.report_date[0];
  // A day that goes on is no day to end a period with.
  lastDay = known.findLast((day) => !isPartial(day)) ?? known.at(-1) ?? data.sessions.report_date.at(-1);
  for (const table of Object.values(data)) {
    const dates = table?.report_date;
    if (dates?.every((day, row) => day != null && (!row || dates[row - 1] <= day))) sorted.add(dates);
  }
  // The groups by which visitors.sql counts: rows of sessions are in their order.
  const keys = VISITOR_FIELDS.map((name) => data.sessions[name]);
  lastGroup = -1;
  groupOfRow = data.sessions.report_date.map((day, row) => {
    const same = row && day === data.sessions.report_date[row - 1] && keys.every((column) => column[row] === column[row - 1]);
    return same ? lastGroup : ++lastGroup;
  });
}

// Whether a table has rows of its own, so that an empty chart is one for its filters.
const rowCount = (name) => Object.values(data[name] ?? {})[0]?.length ?? 0;
const has = (name, field) => Boolean(data[name]?.[field]);

// The first row of a day or after it, where rows are in the order of days.
function rowOf(dates, day) {
  let low = 0, high = dates.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (dates[middle] < day) low = middle + 1;
    else high = middle;
  }
  return low;
}

// Calls `act` with every row number of a table that passes the filters. A table without a
// field ignores it; `without` is the field whose own values a chart compares.
function each(name, chosen, act, without, from = chosen.from, to = chosen.to) {
  const table = data[name] ?? {}, dates = table.report_date;
  const [first, end] = sorted.has(dates) ? [rowOf(dates, from), rowOf(dates, to + 1)] : [0, rowCount(name)];
  const wanted = [...chosen.fields].filter(([field]) => field !== without && table[field])
    .map(([field, value]) => [table[field], value]);
  if (table.goal) wanted.push([table.goal, chosen.goal]);
  next: for (let row = first; row < end; row++) {
    if (dates && !(dates[row] >= from && dates[row] <= to)) continue;
    for (const [column, value] of wanted) if (column[row] !== value) continue next;
    act(row);
  }
}

// The sum of each measure by value of a column.
function sums(name, chosen, measures, key, without) {
  const table = data[name] ?? {}, groups = new Map();
  each(name, chosen, (row) => {
    const value = key(row);
    let group = groups.get(value);
    if (!group) groups.set(value, (group = Object.fromEntries(measures.map((measure) => [measure, 0]))));
    for (const measure of measures) group[measure] += table[measure][row];
  }, without);
  return groups;
}

// From the first to the last of some days, or of the period.
function reach(only, { from, to }) {
  return only ? [Math.min(...only.keys()), Math.max(...only.keys())] : [from, to];
}

function sum(name, chosen, measures, only) {
  const table = data[name] ?? {}, total = Object.fromEntries(measures.map((measure) => [measure, 0]));
  each(name, chosen, (row) => {
    if (only && !only.has(table.report_date[row])) return;
    for (const measure of measures) total[measure] += table[measure][row];
  }, undefined, ...reach(only, chosen));
  return total;
}

// Distinct visitors of some days; null where a filter is by a name they are not known by.
function visitors(chosen, only) {
  if ([...chosen.fields.keys()].some((field) => data.sessions[field] && !VISITOR_FIELDS.includes(field))) return null;
  const inside = new Uint8Array(lastGroup + 1), dates = data.sessions.report_date;
  each("sessions", chosen, (row) => { if (!only || only.has(dates[row])) inside[groupOfRow[row]] = 1; },
    undefined, ...reach(only, chosen));
  const { group_numbers: sets, visitors: counts } = data.visitors;
  return counts.reduce((total, count, set) => (sets[set].some((group) => inside[group]) ? total + count : total), 0);
}

// The day that a day is compared with, or null where the calendar has none.
function partner(chosen) {
  const length = chosen.to - chosen.from + 1;
  const back = { before: length, weekdays: Math.max(28, 7 * Math.ceil(length / 7)) }[chosen.compare];
  if (back) return (day) => day - back;
  return (day) => {
    const date = new Date(day * DAY), months = chosen.compare === "year" ? 12 : 1;
    const then = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - months, date.getUTCDate()));
    return then.getUTCDate() === date.getUTCDate() ? then / DAY : null;
  };
}

// The days of both periods that have data: others would compare a gap.
function paired(chosen) {
  const of = partner(chosen), pairs = [];
  for (let day = chosen.from; day <= chosen.to; day++)
    if (hasData(day) && of(day) != null && hasData(of(day))) pairs.push([day, of(day)]);
  const then = [of(chosen.from), of(chosen.to)];
  return { of, count: pairs.length, all: chosen.to - chosen.from + 1, then,
    now: new Map(pairs.map(([day], place) => [day, place])), before: new Map(pairs.map(([, day], place) => [day, place])),
    // The days of a week differ: a few say no more than which they were.
    isEnough: pairs.length >= 3 || chosen.compare === "weekdays",
    isWhole: pairs.every(([day, other]) => !isPartial(day) && !isPartial(other)) && pairs.length === chosen.to - chosen.from + 1 };
}

// By value of a column: what a measure was on the days compared, now and then.
function pairedDays(name, chosen, pairs, measure, key, without) {
  const table = data[name] ?? {}, groups = new Map();
  each(name, chosen, (row) => {
    const day = table.report_date[row], now = pairs.now.get(day), before = pairs.before.get(day);
    if (now == null && before == null) return;
    const value = key(row);
    if (!groups.has(value)) groups.set(value, [new Float64Array(pairs.count), new Float64Array(pairs.count)]);
    const [left, right] = groups.get(value);
    if (now != null) left[now] += measure(table, row);
    if (before != null) right[before] += measure(table, row);
  }, without, ...reach(new Map([...pairs.before, ...pairs.now]), chosen));
  return groups;
}

const total = (values) => values.reduce((one, other) => one + other, 0);

// What leaves 5 % above itself: by Abramowitz and Stegun 26.7.5, which one degree of freedom
// alone misses by more than a twentieth.
function student(free) {
  if (free === 1) return 6.314;
  return Z + (Z ** 3 + Z) / (4 * free) + (5 * Z ** 5 + 16 * Z ** 3 + 3 * Z) / (96 * free ** 2) +
    (3 * Z ** 7 + 19 * Z ** 5 + 17 * Z ** 3 - 15 * Z) / (384 * free ** 3);
}

// A paired t-test at 90 %; counts vary by chance at least as Poisson's do.
function change([now, then], isCount, { isEnough }) {
  const count = now.length, by = ratio(total(now), total(then));
  // Of nothing, or of more refunds than sales, there is no share to grow by.
  if (!count || total(then) <= 0) return null;
  const mean = (total(now) - total(then)) / count, free = Math.max(1, count - 1);
  let variance = now.reduce((all, value, place) => all + (value - then[place] - mean) ** 2, 0) / free;
  if (isCount) variance = Math.max(variance, (total(now) + total(then)) / count);
  const isFew = !isEnough || (count === 1 && !isCount), limit = count === 1 ? Z : student(free);
  return { by: by - 1, isFew, beyond: !isFew && Math.abs(mean) > limit * Math.sqrt(variance / count) };
}

function countChange(now, then, { isEnough }) {
  if (now == null || !then) return null;
  return { by: now / then - 1, isFew: !isEnough, beyond: isEnough && Math.abs(now - then) > Z * Math.sqrt(now + then) };
}

const toldChance = (found) => (found.beyond ? "" : found.isFew ? ", too few days to say" : ", within chance");

function rateChange(part, whole, partThen, wholeThen) {
  if (!whole || !wholeThen) return null;
  const both = (part + partThen) / (whole + wholeThen);
  const error = Math.sqrt(both * (1 - both) * (1 / whole + 1 / wholeThen));
  const points = part / whole - partThen / wholeThen;
  return { points, beyond: Math.min(whole, wholeThen) >= FEW && Math.abs(points) > Z * error };
}

// Wilson's interval, in which 90 of 100 such rates lie.
function interval(part, whole) {
  if (!whole) return null;
  const rate = part / whole, square = Z * Z / whole, middle = (rate + square / 2) / (1 + square);
  const half = Z * Math.sqrt(rate * (1 - rate) / whole + square / (4 * whole)) / (1 + square);
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}
const between = (bounds) => (bounds ? `${percent(bounds[0])}–${percent(bounds[1])}` : none);
