// Times as people read them, in the browser's own time zone.

const format = (options) => new Intl.DateTimeFormat(undefined, options);
const clock = format({ hour: "2-digit", minute: "2-digit" });
const clockSeconds = format({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
const short = format({ year: "numeric", month: "short", day: "numeric" });
const long = format({ weekday: "long", year: "numeric", month: "long", day: "numeric" });
const plain = format({ year: "numeric", month: "long", day: "numeric" });
const whole = format({ dateStyle: "full", timeStyle: "medium" });

export const timeOfDay = (date) => clock.format(date);
export const timeWithSeconds = (date) => clockSeconds.format(date);
export const wholeTime = (date) => whole.format(date);
export const dateOf = (ts) => new Date(Number(ts) * 1000);

// near is today, tomorrow or yesterday, or nothing.
function near(date) {
  const midnight = (d) => new Date(d.getFullYear(), d.getMonth(), d.getDate()).getTime();
  const days = Math.round((midnight(date) - midnight(new Date())) / 86400000);
  return { "-1": "yesterday", 0: "today", 1: "tomorrow" }[days];
}

export const dayOf = (date) => near(date) ?? long.format(date);

// shortTime is the time, with the day where it is not today.
export function shortTime(date) {
  const day = near(date);
  return day === "today" ? clock.format(date) : `${day ?? short.format(date)} ${clock.format(date)}`;
}

const parts = {
  date_num: (d) => `${d.getFullYear()}-${String(d.getMonth() + 1).padStart(2, "0")}-${String(d.getDate()).padStart(2, "0")}`,
  date_slash: (d) => new Intl.DateTimeFormat().format(d),
  date: (d) => plain.format(d),
  date_short: (d) => short.format(d),
  date_long: (d) => long.format(d),
  date_pretty: (d) => near(d) ?? plain.format(d),
  date_short_pretty: (d) => near(d) ?? short.format(d),
  date_long_pretty: (d) => near(d) ?? long.format(d),
  time: (d) => clock.format(d),
  time_secs: (d) => clockSeconds.format(d),
  ago: (d) => `${lasting(Math.max(0, (Date.now() - d) / 1000))} ago`,
};

// slackDate fills in the format of <!date^…>; undefined when it names an unknown part.
export function slackDate(date, pattern) {
  let known = !Number.isNaN(date.getTime());
  const words = pattern.replace(/\{(\w+)\}/g, (_, part) => {
    known &&= part in parts;
    return known ? parts[part](date) : "";
  });
  return known ? words : undefined;
}

// lasting is a number of seconds in words: 12 s, 3 min 20 s, 1 h 5 min.
export function lasting(seconds) {
  const s = Math.round(seconds);
  if (s < 60) return `${s} s`;
  if (s < 3600) return s % 60 ? `${Math.floor(s / 60)} min ${s % 60} s` : `${s / 60} min`;
  return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
}
