// What the page knows: the server's state, which comes as a stream, and the
// person's view of it. Everybody who draws something subscribes.

export const server = {
  only: "",
  people: [], groups: {}, channels: [], messages: {}, jobs: [], deleted: [], modals: {}, homes: {}, shortcuts: [],
  faults: { kinds: [], ops: [], active: [] }, slack: { connections: 0, tools: [], lasting: [] },
  child: { state: "" }, log: [],
};

// link is "connecting", "open", "lost" (it tries again), or "refused" (wrong key).
export const view = { user: "", channel: "", thread: "", home: false, link: "connecting", seen: {}, ...remembered() };

const subscribers = [];
let drawing = false;

export function subscribe(draw) {
  subscribers.push(draw);
}

// changed draws everything once before the next frame, however often it is called.
export function changed() {
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(() => {
    drawing = false;
    for (const draw of subscribers) draw();
  });
}

export function look(changes) {
  Object.assign(view, changes);
  sessionStorage.setItem("view", JSON.stringify({ user: view.user, channel: view.channel, home: view.home, seen: view.seen }));
  changed();
}

function remembered() {
  try {
    return JSON.parse(sessionStorage.getItem("view")) ?? {};
  } catch {
    return {};
  }
}

// The key is the fragment of the address: browsers keep it to themselves.
const headers = () => ({ "X-Playground-Key": location.hash.slice(1) });

// connect follows the server's stream for as long as the page lives.
export async function connect() {
  for (let wait = 500; ; wait = Math.min(wait * 2, 5000)) {
    const opened = await follow();
    if (opened) wait = 500;
    if (view.link === "refused") return;
    look({ link: "lost" });
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

async function follow() {
  let opened = false;
  try {
    const response = await fetch("/api/state", { headers: headers() });
    if (response.status === 401 || response.status === 403) {
      look({ link: "refused" });
      return false;
    }
    if (!response.ok) return false;
    opened = true;
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let rest = ""; ; ) {
      const { value, done } = await reader.read();
      if (done) return opened;
      const events = (rest + value).split("\n\n");
      rest = events.pop();
      for (const event of events) if (event.startsWith("data: ")) receive(JSON.parse(event.slice(6)));
    }
  } catch {
    return opened; // the server has gone, or the network of a laptop that slept
  }
}

function receive(parts) {
  Object.assign(server, parts);
  if (!personNamed(view.user)) view.user = people()[0]?.id ?? "";
  if (!channelNamed(view.channel)) view.channel = server.channels[0]?.id ?? "";
  view.link = "open";
  changed();
}

// post asks the server to do something. It returns the problem in words, "" for none.
export const post = async (path, body) => (await ask(path, body)).problem;

// ask is post for what answers with more than a problem.
export async function ask(path, body) {
  try {
    const response = await fetch(path, {
      method: "POST", headers: { ...headers(), "Content-Type": "application/json" }, body: JSON.stringify(body),
    });
    return await response.json();
  } catch {
    return { problem: "The playground does not answer. Is it still running in its terminal?" };
  }
}

export const people = () => server.people.filter((p) => !p.bot);
export const personNamed = (id) => server.people.find((p) => p.id === id);
export const channelNamed = (id) => server.channels.find((c) => c.id === id);
export const me = () => personNamed(view.user);

export function nameOf(id) {
  if (id === "USLACKBOT") return "Slackbot";
  return personNamed(id)?.name ?? id;
}

// visible are the messages of a conversation that the current persona sees.
export function visible(channel) {
  return (server.messages[channel] ?? []).filter((m) => m.onlyFor === "" || m.onlyFor === view.user);
}
