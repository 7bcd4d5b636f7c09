// What the composer offers while a command is being typed.

import { channelNamed, server, view } from "./state.js";

const commands = [
  { insert: "/lf start ", shows: "/lf start <job> [reason]", does: "ask to start a job" },
  { insert: "/lf stop ", shows: "/lf stop <job> [reason]", does: "ask to stop a job's run" },
  { insert: "/lf status", shows: "/lf status [job or R-id]", does: "how a job or a request stands" },
  { insert: "/lf policy ", shows: "/lf policy <job>", does: "who would have to approve it" },
  { insert: "/lf watch ", shows: "/lf watch [job]", does: "this channel hears when a run of it ends" },
  { insert: "/lf unwatch ", shows: "/lf unwatch <job>", does: "end that" },
  { insert: "/lf history ", shows: "/lf history [job or R-id]", does: "what happened, and who did it" },
  { insert: "/lf log ", shows: "/lf log <job>", does: "the end of the newest run's log" },
  { insert: "/lf jobs", shows: "/lf jobs [filter]", does: "list the jobs" },
  { insert: "/lf pending", shows: "/lf pending", does: "what waits for a decision here" },
  { insert: "/lf cancel ", shows: "/lf cancel <R-id>", does: "take back what you asked for" },
  { insert: "/lf freeze ", shows: "/lf freeze [why]", does: "nothing is started until it is thawed" },
  { insert: "/lf thaw", shows: "/lf thaw", does: "let starts happen again" },
  { insert: "/lf instances", shows: "/lf instances", does: "the LakeFormation instances" },
  { insert: "/lf whoami", shows: "/lf whoami", does: "who you are to the policy" },
  { insert: "/lf help", shows: "/lf help", does: "all of this, from Slipway itself" },
];

// hintsFor is the menu for what has been typed so far; of jobs at most eight rows.
export function hintsFor(typed, inThread) {
  if (inThread || !typed.startsWith("/") || typed.includes("\n")) return [];
  const job = typed.match(/^\/lf (start|stop|status|log|policy|watch|unwatch|history) (\S*)$/);
  if (job) {
    return server.jobs
      .filter((j) => j.name.startsWith(job[2]) && j.name !== job[2])
      .map((j) => ({ insert: `/lf ${job[1]} ${j.name}`, shows: j.name, does: j.description }))
      .slice(0, 8);
  }
  const channel = channelNamed(view.channel);
  const all = channel && !channel.hasBot ? [...commands, { insert: "/invite @Slipway", shows: "/invite @Slipway", does: "bring Slipway into this channel" }] : commands;
  return all.filter((c) => c.insert.startsWith(typed) && c.insert !== typed);
}
